/// Training met NaN or an infinity: where first.
package struct NonFiniteError: Error, Hashable, CustomStringConvertible {
    /// What kind of number went bad. When several did, the one that comes first in a step is the cause.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case input, activation, loss, gradient, weight
    }

    package let kind: Kind
    /// The tensor, layer or input; the loss's name for a loss.
    package let name: String
    /// Updates since the run began, this one included.
    package let step: Int
    package let value: Double
    /// The schedule's rate at that step.
    package let learningRate: Double

    package init(kind: Kind, name: String, step: Int, value: Double, learningRate: Double) {
        self.kind = kind
        self.name = name
        self.step = step
        self.value = value
        self.learningRate = learningRate
    }

    package var description: String {
        let found = value.isNaN ? "NaN" : value.sign == .minus ? "minus infinity" : "infinity"
        return "at step \(step) \(subject) became \(found), the first number to do so; \(advice)"
    }

    private var subject: String {
        switch kind {
        case .input: "the input \(name)"
        case .activation: "the output of \(name)"
        case .loss: "the loss (\(name))"
        case .gradient: "the gradient of \(name)"
        case .weight: "the weight \(name)"
        }
    }

    private var advice: String {
        switch kind {
        case .input: "look for missing or non-numeric values in the data"
        case .activation, .loss, .gradient, .weight:
            "try a learning rate below \(learningRate), a warm-up or clip_norm, and check the range of the inputs"
        }
    }
}
