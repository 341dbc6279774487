import Graph
import Tensors

/// What is minimised, per example; a batch's loss is the mean weighted by the examples' weights.
package struct Loss: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case meanSquaredError, meanAbsoluteError, huber(delta: Float)
        case binaryCrossEntropy, categoricalCrossEntropy, sparseCategoricalCrossEntropy
    }

    package var kind: Kind
    package var labelSmoothing: Float
    /// Whether the model's output are logits; nil: they are where its last activation is not a probability.
    package var fromLogits: Bool?
    /// How much an example of each class counts; nil: all alike. Of a cross-entropy.
    package var classWeights: [Float]?

    package init(
        _ kind: Kind, labelSmoothing: Float = 0, fromLogits: Bool? = nil, classWeights: [Float]? = nil
    ) {
        self.kind = kind
        self.labelSmoothing = labelSmoothing
        self.fromLogits = fromLogits
        self.classWeights = classWeights
    }

    /// Whether targets are class indices (or, for binary cross-entropy of one unit, 0 and 1).
    package var takesClassIndices: Bool { kind == .sparseCategoricalCrossEntropy }

    /// The per-example target shape that goes with an output of `shape`.
    package func targetShape(output shape: Shape) -> Shape {
        takesClassIndices ? Shape(Array(shape.dimensions.dropLast())) : shape
    }

    /// Emits the loss of every example.
    ///
    /// - Parameters:
    ///   - output: what the model gave, (batch, …). A softmax or sigmoid that gave it is fused with its cross-entropy.
    ///   - target: (batch, …) of `targetShape`.
    /// - Returns: (batch,)
    /// - Throws: `ModelError` where `fromLogits` contradicts the last activation or the shape does not fit.
    package func callAsFunction(_ output: Value, target: Value, in g: GraphBuilder) throws -> Value {
        switch kind {
        case .meanSquaredError: return perExample(g.unary(.square, g.subtract(output, target)), g)
        case .meanAbsoluteError: return perExample(g.unary(.abs, g.subtract(output, target)), g)
        case .huber(let delta):
            // ½q² + δ(|e| − q) with q = min(|e|, δ)
            let error = g.unary(.abs, g.subtract(output, target))
            let limit = g.constant(delta)
            let q = g.binary(.minimum, error, limit)
            let square = g.scale(g.unary(.square, q), by: 0.5)
            return perExample(g.add(square, g.scale(g.subtract(error, q), by: delta)), g)
        case .binaryCrossEntropy: return try binary(output, target, g)
        case .categoricalCrossEntropy, .sparseCategoricalCrossEntropy: return try categorical(output, target, g)
        }
    }

    /// The mean over everything but the batch.
    func perExample(_ values: Value, _ g: GraphBuilder) -> Value {
        g.mean(values, axes: Array(1..<g.shape(of: values).rank))
    }

    private func logits(_ output: Value, behind activation: (Op) -> Bool, _ name: String, _ g: GraphBuilder) throws
        -> Value?
    {
        let node = g.node(of: output)
        if activation(node.op) {
            guard fromLogits != true else {
                throw ModelError("\"from_logits\" is true, but the model ends in a \(name); remove one of them")
            }
            return node.inputs[0]
        }
        guard fromLogits != true else { return output }
        if fromLogits == nil {
            throw ModelError(
                "the model does not end in a \(name), which its loss expects; say \"from_logits\": true if it gives "
                    + "logits, or false if it gives probabilities")
        }
        return nil
    }

    private func binary(_ output: Value, _ target: Value, _ g: GraphBuilder) throws -> Value {
        perExample(try binaryElements(output, target, g), g)
    }

    /// The cross-entropy of every yes or no, in the shape of the output.
    func binaryElements(_ output: Value, _ target: Value, _ g: GraphBuilder) throws -> Value {
        let smoothed =
            labelSmoothing == 0
            ? target : g.add(g.scale(target, by: 1 - labelSmoothing), g.constant(labelSmoothing / 2))
        if let logits = try logits(output, behind: { $0 == .unary(.sigmoid) }, "sigmoid", g) {
            return g.emit(.binaryCrossEntropy, [logits, smoothed])
        }
        let p = clipped(output, g)
        let one = g.constant(1)
        let positive = g.multiply(smoothed, g.unary(.log, p))
        let negative = g.multiply(g.subtract(one, smoothed), g.unary(.log, g.subtract(one, p)))
        return g.scale(g.add(positive, negative), by: -1)
    }

    private func categorical(_ output: Value, _ target: Value, _ g: GraphBuilder) throws -> Value {
        let op: Op =
            takesClassIndices
            ? .sparseCrossEntropy(labelSmoothing: labelSmoothing)
            : .categoricalCrossEntropy(labelSmoothing: labelSmoothing)
        return perExample(g.emit(op, [try categoricalLogits(output, g), target]), g)
    }

    /// What a categorical cross-entropy takes.
    func categoricalLogits(_ output: Value, _ g: GraphBuilder) throws -> Value {
        let shape = g.shape(of: output)
        guard shape.rank >= 2, shape[-1] >= 2 else {
            throw ModelError(
                "a categorical cross-entropy needs an output of at least two classes, not \(shape.droppingFirst)")
        }
        if let logits = try logits(output, behind: { $0 == .softmax }, "softmax", g) { return logits }
        // Probabilities whose origin is not a softmax: their logarithms are logits.
        return g.unary(.log, clipped(output, g))
    }

    /// Keras' guard against log 0.
    private func clipped(_ p: Value, _ g: GraphBuilder) -> Value {
        g.binary(.minimum, g.binary(.maximum, p, g.constant(1e-7)), g.constant(1 - 1e-7))
    }
}
