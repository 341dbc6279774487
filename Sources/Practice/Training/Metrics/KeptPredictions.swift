import Data
import Tensors

/// What a model gave for each example of an evaluation, and what was right: for those who compare models example by
/// example, or show where one goes wrong.
package struct KeptPredictions: Hashable, Sendable {
    /// One output of the model.
    package struct Output: Hashable, Sendable {
        /// The output's name where several are trained, `output` where one is.
        package let name: String
        /// Of one example's prediction and of its target; of class numbers [] where there is one for an example.
        package let shape: Shape
        package let targetShape: Shape
        /// Whether targets are the numbers of classes.
        package let areClasses: Bool
        /// How metrics read them.
        package let format: PredictionFormat
        /// (examples, …) row-major, as the model gives them: probabilities, or logits where its last layer has no activation.
        package var predictions: [Float] = []
        package var targets: [Float] = []

        package init(name: String, shape: Shape, targetShape: Shape, areClasses: Bool, format: PredictionFormat) {
            self.name = name
            self.shape = shape
            self.targetShape = areClasses && targetShape.count == 1 ? [] : targetShape
            self.areClasses = areClasses
            self.format = format
        }
    }

    /// Each example's number in its source, in the order of the rows.
    package var indices: [Int] = []
    package var outputs: [Output]

    package init(outputs: [Output]) { self.outputs = outputs }

    /// Bytes of so many examples in a file.
    package func bytes(examples: Int) -> Int {
        4 * examples * outputs.reduce(1) { $0 + $1.shape.count + $1.targetShape.count }
    }

    /// - Parameter predictions: of the batch's rows, one for each output.
    mutating func add(_ batch: Batch, _ predictions: [UnsafePointer<Float>?]) {
        indices += batch.indices
        var offset = 0
        for (place, rows) in predictions.enumerated() {
            let (width, count) = (outputs[place].shape.count, outputs[place].targetShape.count)
            outputs[place].predictions += UnsafeBufferPointer(start: rows, count: batch.validRows * width)
            for row in 0..<batch.validRows {
                let start = batch.targets + row * batch.targetCount + offset
                outputs[place].targets += UnsafeBufferPointer(start: start, count: count)
            }
            offset += count
        }
    }
}
