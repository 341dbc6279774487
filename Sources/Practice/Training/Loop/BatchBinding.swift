import Data
import Runtime

/// Which of a plan's inputs a batch feeds, looked up once.
struct BatchBinding {
    /// Which of the batch's inputs, and which of the plan's.
    private let inputs: [(from: Int, to: Int)]
    private let target: Int?
    private let weights: Int?

    init(_ plan: Plan, inputCount: Int) {
        inputs = (0..<inputCount).compactMap { place in plan.input("x\(place)").map { (place, $0) } }
        target = plan.input("target")
        weights = plan.input("weights")
    }

    /// Points the plan at the batch's memory; nothing is copied.
    func point(_ plan: Plan, at batch: Batch) {
        for (from, to) in inputs { plan.bind(to, to: batch.inputs[from]) }
        if let target { plan.bind(target, to: batch.targets) }
        if let weights { plan.bind(weights, to: batch.weights) }
    }
}
