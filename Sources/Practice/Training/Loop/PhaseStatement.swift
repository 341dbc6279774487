/// What a person is told when a phase begins: what its policy matched, where its weights come from, and whose optimizer
/// state goes on.
struct PhaseStatement {
    /// The weights a phase begins with.
    struct Origin {
        /// The phase before.
        let phase: String
        /// Its best evaluation, where that was restored; nil where its last weights go on.
        let epoch: Int?
        let step: Int?
    }

    let lines: [String]

    /// - Parameters:
    ///   - carried: tensors that go on with the optimizer state of the phase before.
    ///   - origin: nil for the first phase.
    init(_ phase: PhaseConfiguration, _ resolution: PolicyResolution, carried: Int, origin: Origin?) {
        var lines: [String] = []
        if !resolution.matches.isEmpty {
            let rules = resolution.matches.map { "\($0.rule) (\($0.count))" }.joined(separator: "; ")
            lines.append("policy of \(phase.name): \(rules)")
        }
        if let origin {
            var place = "the last weights"
            if let epoch = origin.epoch, let step = origin.step {
                place = "the best weights (epoch \(epoch), step \(step))"
            }
            let optimized = resolution.optimizedPaths.count
            if phase.continues { place = "the last step" }
            lines.append(
                "\(phase.name) \(phase.continues ? "goes on from" : "begins with") \(place) of \(origin.phase); "
                    + PhaseStatement.state(phase, carried: carried, of: optimized))
        }
        self.lines = lines
    }

    private static func state(_ phase: PhaseConfiguration, carried: Int, of optimized: Int) -> String {
        let subject = optimized == 1 ? "the tensor that trains" : "the \(optimized) tensors that train"
        if phase.optimizer.rule.slots.isEmpty {
            return "\(phase.optimizer.algorithm.rawValue) keeps no optimizer state"
        }
        if !phase.keepsOptimizerState { return "the optimizer state of \(subject) is reset" }
        if carried == optimized { return "\(subject) keep their optimizer state" }
        return "\(carried) of \(subject) keep their optimizer state, the others begin afresh"
    }
}

extension PolicyResolution.Match {
    /// `16 tensors, 926 parameters`.
    package var count: String {
        "\(tensors) tensor\(tensors == 1 ? "" : "s"), \(parameters) parameter\(parameters == 1 ? "" : "s")"
    }
}
