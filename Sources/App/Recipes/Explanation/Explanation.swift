import JSON
import Layers
import OrderedCollections
import Tensors
import Training

/// What a phase does to each tensor, and which rule decided.
struct Explanation {
    /// One tensor.
    struct Row: Hashable {
        let policy: TensorPolicy
        let shape: Shape
        /// Of the first step, the highest, of the last step; 0 for what the optimizer does not update.
        let start: Double
        let peak: Double
        let end: Double
        /// Of the layer, where it has moving statistics.
        let batchNorm: BatchNormMode?
        /// The rules as written, each after its place in the recipe; or the checkpoint's flag.
        let rule: String
        /// Where those rules stand, without their texts.
        let places: String
    }

    /// From 0, in the recipe as it is carried out.
    let index: Int
    let name: String
    private(set) var rows: [Row]
    let matches: [(place: String, match: PolicyResolution.Match)]
    let configuration: PhaseConfiguration
    let steps: Int
    let stepsPerEpoch: Int
    let resolution: PolicyResolution

    /// - Parameters:
    ///   - section: where the rules stand.
    ///   - stepsPerEpoch: of the training data.
    /// - Throws: `PolicyError`, `PolicyRatesError`, `ScheduleError`.
    init(
        _ index: Int, of phases: [PhaseConfiguration], _ section: PhaseSection, registry: LayerRegistry,
        stepsPerEpoch: Int
    ) throws {
        self.index = index
        configuration = phases[index]
        let configuration = phases[index]
        self.stepsPerEpoch = stepsPerEpoch
        name = configuration.name
        let steps = configuration.length.steps(perEpoch: stepsPerEpoch)
        self.steps = steps
        try configuration.rates.validate()
        let resolution = try PolicyResolution(
            rules: configuration.rules, registry: registry, rates: configuration.rates)
        self.resolution = resolution
        let (schedule, first) = try phases.schedule(at: index, perEpoch: stepsPerEpoch)
        let places = section.policyPaths
        func place(_ rule: Int) -> String { places.indices.contains(rule) ? places[rule] : "policy.\(rule)" }
        var shares: [Int: RateShares] = [:]
        rows = resolution.tensors.map { policy in
            let rise = policy.warmup.resolved(stepsPerEpoch: stepsPerEpoch, totalSteps: steps)
            let share = shares[rise] ?? RateShares(schedule, from: first, steps: steps, rise: rise)
            shares[rise] = share
            return Row(
                policy: policy, shape: registry.parameters[policy.path]?.shape ?? .scalar,
                start: policy.peakRate * share.start, peak: policy.peakRate * share.peak,
                end: policy.peakRate * share.end, batchNorm: resolution.batchNormModes[policy.tensor.layer],
                rule: resolution.reason(for: policy) { place($0) + ": " },
                places: Explanation.places(of: policy, resolution.decidingRules(for: policy).map(place)))
        }
        matches = resolution.matches.enumerated().map { (place($0), $1) }
    }

    /// Of a phase of a session's recipe.
    init(_ index: Int, in session: Session) throws {
        let phases = session.recipe.phaseConfigurations()
        try self.init(
            index, of: phases, session.recipe.phases[index], registry: session.model(ofPhase: index).prepared.registry,
            stepsPerEpoch: session.updatesPerEpoch(phases[index]))
    }

    private static func places(of policy: TensorPolicy, _ rules: [String]) -> String {
        ((policy.trainableRule == nil ? ["checkpoint"] : []) + rules).joined(separator: "; ")
    }

    /// Only the rows that fit.
    func keeping(_ fits: (Row) -> Bool) -> Explanation {
        var copy = self
        copy.rows = rows.filter(fits)
        return copy
    }

    /// Whether both say the same of every tensor.
    func agrees(with other: Explanation) -> Bool {
        rows.count == other.rows.count
            && zip(rows, other.rows).allSatisfy { mine, theirs in
                mine.policy.path == theirs.policy.path && mine.shape == theirs.shape
                    && mine.policy.trainable == theirs.policy.trainable && mine.start == theirs.start
                    && mine.peak == theirs.peak
                    && mine.end == theirs.end && mine.policy.weightDecay == theirs.policy.weightDecay
                    && mine.policy.l2sp == theirs.policy.l2sp && mine.batchNorm == theirs.batchNorm
            }
    }

    /// As the contract has it, with what else there is behind it.
    var json: [JSON] {
        rows.map { row in
            [
                "path": .string(row.policy.path.description),
                "shape": .array(row.shape.dimensions.map(JSON.integer)),
                "role": .string(row.policy.tensor.role.rawValue),
                "trainable": .bool(row.policy.trainable),
                "multiplier": .number(row.policy.multiplier),
                "learning_rate": ["start": .number(row.start), "peak": .number(row.peak), "end": .number(row.end)],
                "weight_decay": .number(row.policy.weightDecay),
                "rule": .string(row.rule),
                "phase": .string(name),
                "layer": .string(row.policy.tensor.layer.description),
                "depth": .integer(row.policy.tensor.depth),
                "batch_norm": row.batchNorm.map { .string($0.rawValue) } ?? .null,
                "l2_sp": .number(row.policy.l2sp),
            ]
        }
    }
}

/// Where a schedule together with a tensor's own warm-up begins, is highest and ends, as shares of the peak.
struct RateShares {
    let start: Double
    let peak: Double
    let end: Double

    /// - Parameters:
    ///   - first: the schedule's step at which the phase begins, where phases share a schedule.
    ///   - rise: steps of the tensor's own warm-up.
    init(_ schedule: Schedule, from first: Int, steps: Int, rise: Int) {
        func share(_ step: Int) -> Double {
            schedule.multiplier(step: first + step) * Schedule.rise(step: step, of: rise)
        }
        start = share(0)
        end = share(max(steps - 1, 0))
        var highest = start
        for step in 0..<max(steps, 1) where highest < 1 { highest = max(highest, share(step)) }
        peak = highest
    }
}
