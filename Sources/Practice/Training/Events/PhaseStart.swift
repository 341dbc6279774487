/// What a phase sets out to do.
package struct PhaseStart: Sendable, Hashable {
    package let name: String
    /// From 0.
    package let index: Int
    /// How many phases the run has.
    package let phases: Int
    package let epochs: Int
    package let stepsPerEpoch: Int
    /// Updates planned for the phase.
    package let steps: Int
    /// Elements, not tensors.
    package let trainableParameters: Int
    package let frozenParameters: Int
    package let trainExamples: Int
    package let validationExamples: Int

    package init(
        name: String, index: Int, phases: Int, epochs: Int, stepsPerEpoch: Int, steps: Int,
        trainableParameters: Int, frozenParameters: Int, trainExamples: Int, validationExamples: Int
    ) {
        self.name = name
        self.index = index
        self.phases = phases
        self.epochs = epochs
        self.stepsPerEpoch = stepsPerEpoch
        self.steps = steps
        self.trainableParameters = trainableParameters
        self.frozenParameters = frozenParameters
        self.trainExamples = trainExamples
        self.validationExamples = validationExamples
    }
}
