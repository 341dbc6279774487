import Layers
import OrderedCollections
import Tensors

/// Which rule matches which tensor, and what follows from it: the work behind `PolicyResolution`.
struct PolicyMatching {
    let rules: [PolicyRule]
    let tensors: [PolicyTensor]
    /// Per rule the indices of the tensors that it matches, ascending.
    private(set) var matched: [[Int]] = []
    /// Per tensor the rules that match it, ascending.
    private var rulesOf: [[Int]]
    private(set) var problems: [PolicyProblem] = []

    init(rules: [PolicyRule], tensors: [PolicyTensor], barren: [ParameterPath]) {
        self.rules = rules
        self.tensors = tensors
        rulesOf = Array(repeating: [], count: tensors.count)
        for (index, rule) in rules.enumerated() {
            var indices = Set<Int>()
            for (position, selector) in rule.selectors.enumerated() {
                let found = selector.matches(in: tensors)
                if found.isEmpty { report(selector, at: position, of: index, barren: barren) }
                indices.formUnion(found)
            }
            matched.append(indices.sorted())
            for tensor in matched[index] { rulesOf[tensor].append(index) }
            if rule.options.batchNorm != nil, !indices.isEmpty,
                !indices.contains(where: { tensors[$0].role == .statistic })
            {
                problems.append(PolicyProblem(rule: index, selector: nil, text: "\(rule)", kind: .noStatistics))
            }
        }
    }

    private mutating func report(_ selector: PolicySelector, at position: Int, of rule: Int, barren: [ParameterPath]) {
        let text = selector.description
        let kind: PolicyProblem.Kind
        if case .role = selector {
            kind = .noSuchRole(selector: text)
        } else if let pattern = selector.pattern, let layer = barren.first(where: pattern.covers) {
            kind = .noParameters(selector: text, layer: layer.description)
        } else {
            let wanted = selector.pattern?.description ?? ""
            let paths = tensors.map(\.path) + barren
            let nearest = PathSuggestions.nearest(to: wanted, among: paths)
            kind = .noMatch(
                selector: text, nearest: nearest,
                inside: nearest.isEmpty ? PathSuggestions.contents(around: wanted, among: tensors.map(\.path)) : nil)
        }
        problems.append(PolicyProblem(rule: rule, selector: position, text: "\(rules[rule])", kind: kind))
    }

    /// The last rule that matches the tensor and says something, with what it says.
    private func last<T>(_ tensor: Int, _ value: (PolicyRule) -> T?) -> (value: T, rule: Int)? {
        for rule in rulesOf[tensor].reversed() {
            if let found = value(rules[rule]) { return (found, rule) }
        }
        return nil
    }

    private func trainable(_ tensor: Int) -> (value: Bool, rule: Int?) {
        let decided: (value: Bool, rule: Int)? = last(tensor) { $0.verb == .set ? nil : $0.verb == .unfreeze }
        return decided.map { ($0.value, $0.rule) } ?? (tensors[tensor].storedTrainable, nil)
    }

    /// The mode of each layer with statistics, and the rule that decided it.
    mutating func batchNormModes() -> OrderedDictionary<ParameterPath, (mode: BatchNormMode, rule: Int?)> {
        var modes: OrderedDictionary<ParameterPath, (mode: BatchNormMode, rule: Int?)> = [:]
        for index in tensors.indices where tensors[index].role == .statistic {
            let layer = tensors[index].layer
            let training = trainable(index)
            var decided = (mode: training.value ? BatchNormMode.train : .inference, rule: training.rule)
            if let explicit = last(index, { $0.options.batchNorm }) { decided = (explicit.value, explicit.rule) }
            if let earlier = modes[layer], earlier.mode != decided.mode,
                let rule = [earlier.rule, decided.rule].compactMap({ $0 }).max()
            {
                problems.append(
                    PolicyProblem(
                        rule: rule, selector: nil, text: "\(rules[rule])",
                        kind: .mixedStatistics(layer: layer.description)))
            }
            modes[layer] = decided
        }
        return modes
    }

    func policy(
        at index: Int, rates: PolicyRates, greatestLevel: Int, mode: (mode: BatchNormMode, rule: Int?)?
    ) -> TensorPolicy {
        let tensor = tensors[index]
        var (trains, trainableRule) = trainable(index)
        if let mode, tensor.role == .statistic { (trains, trainableRule) = (mode.mode != .inference, mode.rule) }
        if let mode, mode.mode == .adapt, tensor.role != .statistic { (trains, trainableRule) = (false, mode.rule) }
        var policy = TensorPolicy(
            tensor: tensor, trainable: trains, trainableRule: trainableRule, peakRate: 0, multiplier: 0,
            weightDecay: 0, l2sp: 0)
        guard policy.isOptimized else { return policy }
        setRate(of: &policy, at: index, rates: rates, greatestLevel: greatestLevel)
        let decay = decay(at: index, rates: rates)
        (policy.weightDecay, policy.weightDecayRule) = (decay.value, decay.rule)
        if let pull = last(index, { $0.options.l2sp }) { (policy.l2sp, policy.l2spRule) = (pull.value, pull.rule) }
        if let rise = last(index, { $0.options.warmup }) {
            (policy.warmup, policy.warmupRule) = (rise.value, rise.rule)
        }
        return policy
    }

    private func setRate(of policy: inout TensorPolicy, at index: Int, rates: PolicyRates, greatestLevel: Int) {
        let option = last(index) { $0.options.learningRate ?? $0.options.multiplier }
        policy.rateRule = option?.rule
        if let rule = option?.rule, let absolute = rules[rule].options.learningRate {
            policy.peakRate = absolute
        } else {
            policy.peakRate = rates.peak(depth: tensors[index].level, greatestDepth: greatestLevel)
            policy.peakRate *= option?.value ?? 1
        }
        policy.multiplier = rates.base > 0 ? policy.peakRate / rates.base : 1
    }

    /// A rule that covers a bias only because it covers its layer leaves the bias without decay.
    private func decay(at index: Int, rates: PolicyRates) -> (value: Double, rule: Int?) {
        let tensor = tensors[index]
        let decided = last(index) { rule -> Double? in
            guard let decay = rule.options.weightDecay else { return nil }
            return tensor.role.decaysByDefault || rule.selectors.contains { $0.names(tensor) } ? decay : nil
        }
        if let decided { return (decided.value, decided.rule) }
        return (tensor.role.decaysByDefault ? rates.weightDecay : 0, nil)
    }
}
