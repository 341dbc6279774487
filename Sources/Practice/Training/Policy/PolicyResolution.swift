import Layers
import OrderedCollections
import Tensors

/// A policy applied to a model: what each tensor does in a phase, and which rule decided it.
package struct PolicyResolution: Hashable, Sendable {
    /// What one rule matched.
    package struct Match: Hashable, Sendable {
        package let rule: PolicyRule
        package let tensors: Int
        /// Elements of those tensors.
        package let parameters: Int
    }

    /// In the order of the tensors that were given.
    package let tensors: [TensorPolicy]
    /// One per rule, in order.
    package let matches: [Match]
    /// By layer, for layers with moving statistics.
    package let batchNormModes: OrderedDictionary<ParameterPath, BatchNormMode>

    /// - Parameters:
    ///   - tensors: all tensors of the model.
    ///   - layersWithoutParameters: only to say so, when a pattern matches nothing else.
    /// - Throws: `PolicyError` with every problem.
    package init(
        rules: [PolicyRule], tensors: [PolicyTensor], rates: PolicyRates,
        layersWithoutParameters: [ParameterPath] = []
    ) throws(PolicyError) {
        var matching = PolicyMatching(rules: rules, tensors: tensors, barren: layersWithoutParameters)
        let modes = matching.batchNormModes()
        guard matching.problems.isEmpty else { throw PolicyError(problems: matching.problems) }
        let greatest = tensors.map(\.level).max() ?? 0
        self.tensors = tensors.indices.map { index in
            matching.policy(at: index, rates: rates, greatestLevel: greatest, mode: modes[tensors[index].layer])
        }
        matches = zip(rules, matching.matched).map { rule, matched in
            Match(
                rule: rule, tensors: matched.count, parameters: matched.reduce(0) { $0 + tensors[$1].count })
        }
        batchNormModes = modes.mapValues(\.mode)
    }

    /// For a model.
    /// - Throws: `PolicyError` with every problem.
    package init(rules: [PolicyRule], registry: LayerRegistry, rates: PolicyRates) throws(PolicyError) {
        try self.init(
            rules: rules, tensors: registry.policyTensors, rates: rates,
            layersWithoutParameters: registry.layers.values.filter { $0.parameters.isEmpty }.map(\.path))
    }

    /// What the optimizer updates, for `ParameterStore.arrange`.
    package var optimizedPaths: Set<ParameterPath> { Set(tensors.filter(\.isOptimized).map(\.path)) }

    /// The statistics that move.
    package var movingPaths: Set<ParameterPath> {
        Set(tensors.filter { $0.trainable && !$0.isOptimized }.map(\.path))
    }

    /// The decisions in the order of a store's slots: what gives `Optimizer.step` its rates and decays.
    /// - Precondition: the slots are of the same model.
    package func policies(for slots: [ParameterStore.Slot]) -> [TensorPolicy] {
        let byPath = Dictionary(uniqueKeysWithValues: tensors.map { ($0.path, $0) })
        return slots.map { slot in
            guard let policy = byPath[slot.path] else { preconditionFailure("no policy for \(slot.path)") }
            return policy
        }
    }

    /// Elements that the optimizer updates.
    package var trainableParameters: Int {
        tensors.reduce(0) { $1.isOptimized ? $0 + $1.tensor.count : $0 }
    }

    /// All other elements, statistics included: what Keras counts as non-trainable.
    package var frozenParameters: Int { tensors.reduce(0) { $1.isOptimized ? $0 : $0 + $1.tensor.count } }

    /// The rules that decided about a tensor, the one about training first; empty where only the checkpoint did.
    package func decidingRules(for policy: TensorPolicy) -> [Int] {
        let rules = [
            policy.trainableRule, policy.rateRule, policy.weightDecayRule, policy.l2spRule, policy.warmupRule,
        ]
        var deciding: OrderedSet<Int> = []
        for case let rule? in rules { deciding.append(rule) }
        return deciding.elements
    }

    /// Who decided about a tensor, for `explain`: the rules as typed, the one about training first, or the checkpoint.
    /// - Parameter name: what stands before a rule's text, given its index.
    package func reason(for policy: TensorPolicy, naming name: (Int) -> String = { _ in "" }) -> String {
        let rules = decidingRules(for: policy).map { "\(name($0))\(matches[$0].rule)" }
        let stored = "checkpoint (\(policy.tensor.storedTrainable ? "trainable" : "frozen"))"
        return ((policy.trainableRule == nil ? [stored] : []) + rules).joined(separator: "; ")
    }
}
