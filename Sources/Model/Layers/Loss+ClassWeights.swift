import Graph
import Tensors

/// Losses of examples of which some count more: their weighted mean is Σ losses / Σ weights.
package struct WeightedLosses {
    /// Already times their weights, (batch,).
    package let losses: Value
    /// (batch,); nil where every example counts as 1.
    package let weights: Value?
}

extension Loss {
    /// Emits the loss of every example times the weight of its class, and that weight.
    ///
    /// The weight of a class counts for its term of the cross-entropy, those of label smoothing too, and the weight of
    /// an example is that of its target: PyTorch's `CrossEntropyLoss(weight:label_smoothing:)` with its mean. A target that
    /// is a distribution weighs what its classes weigh on the average. Several places of an example are averaged.
    /// - Throws: `ModelError` as the plain loss does, and for weights that do not go with the output.
    package func weighted(_ output: Value, target: Value, in g: GraphBuilder) throws -> WeightedLosses {
        guard let classWeights else {
            return WeightedLosses(losses: try self(output, target: target, in: g), weights: nil)
        }
        let shape = g.shape(of: output)
        let classes = kind == .binaryCrossEntropy ? 2 : shape[-1]
        guard classWeights.count == classes, kind != .binaryCrossEntropy || shape[-1] == 1 else {
            throw ModelError(
                "\"class_weights\" has \(classWeights.count) weights, and the output tells "
                    + (kind == .binaryCrossEntropy ? "\(shape[-1]) questions" : "\(classes) classes") + " apart")
        }
        let (losses, weights): (Value, Value)
        switch kind {
        case .binaryCrossEntropy:
            let slope = g.scale(target, by: classWeights[1] - classWeights[0])
            weights = g.add(slope, g.constant(classWeights[0]))
            losses = g.multiply(try binaryElements(output, target, g), weights)
        case .sparseCategoricalCrossEntropy:
            let logits = try categoricalLogits(output, g)
            weights = g.gather(g.table(classWeights, [classes]), target)
            if labelSmoothing == 0 {
                losses = g.multiply(g.emit(.sparseCrossEntropy(labelSmoothing: 0), [logits, target]), weights)
            } else {
                let rows = g.gather(g.table(smoothedRows(classWeights), [classes, classes]), target)
                losses = g.emit(.categoricalCrossEntropy(labelSmoothing: 0), [logits, rows])
            }
        case .categoricalCrossEntropy:
            let logits = try categoricalLogits(output, g)
            let table = g.table(classWeights, [classes])
            let smoothed =
                labelSmoothing == 0
                ? target
                : g.add(g.scale(target, by: 1 - labelSmoothing), g.constant(labelSmoothing / Float(classes)))
            losses = g.emit(.categoricalCrossEntropy(labelSmoothing: 0), [logits, g.multiply(smoothed, table)])
            weights = g.sum(g.multiply(target, table), axes: [shape.rank - 1])
        case .meanSquaredError, .meanAbsoluteError, .huber:
            throw ModelError("\"class_weights\" counts classes, and this loss compares numbers; leave it out")
        }
        return WeightedLosses(losses: perExample(losses, g), weights: perExample(weights, g))
    }

    /// Row c: the smoothed distribution of class c, each term times its class's weight.
    private func smoothedRows(_ weights: [Float]) -> [Float] {
        weights.indices.flatMap { right in
            weights.indices.map { other in
                weights[other]
                    * (labelSmoothing / Float(weights.count) + (other == right ? 1 - labelSmoothing : 0))
            }
        }
    }
}
