import Graph
import Tensors

/// Sets a share of the elements to zero while training and scales the others up by as much.
package struct Dropout: SimpleLayer {
    package static let className = "Dropout"
    package var passesMask: Bool { true }
    let rate: Float

    package init(_ config: inout LayerConfig) throws {
        rate = try config.float("rate", default: 0.5, in: 0...1)
        // Masks come from the run's seed and the layer's path.
        _ = config.take("seed")
        try config.refuse("noise_shape")
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        guard scope.options.isTraining, rate > 0 else { return x }
        return scope.builder.emit(.dropout(rate: rate, substream: scope.path.fingerprint), [x])
    }
}

/// Gives back its input, and adds l1·Σ|x| + l2·Σx² of every example to the training loss.
package struct ActivityRegularization: SimpleLayer {
    package static let className = "ActivityRegularization"
    package var passesMask: Bool { true }
    let regularizer: Regularizer

    package init(_ config: inout LayerConfig) throws {
        regularizer = Regularizer(l1: try config.float("l1", default: 0), l2: try config.float("l2", default: 0))
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        if scope.options.isTraining, let penalty = regularizer.penalty(ofExamples: x, in: scope.builder) {
            scope.addLoss(penalty)
        }
        return x
    }
}
