import Data
import Runtime

/// Which of a plan's inputs a batch feeds, looked up once.
struct BatchBinding {
    private let inputs: [Int?]
    private let target: Int?
    private let weights: Int?

    init(_ plan: Plan, inputCount: Int) {
        inputs = (0..<inputCount).map { plan.input("x\($0)") }
        target = plan.input("target")
        weights = plan.input("weights")
    }

    /// Points the plan at the batch's memory; nothing is copied.
    func point(_ plan: Plan, at batch: Batch) {
        for index in inputs.indices { if let input = inputs[index] { plan.bind(input, to: batch.inputs[index]) } }
        if let target { plan.bind(target, to: batch.targets) }
        if let weights { plan.bind(weights, to: batch.weights) }
    }
}
