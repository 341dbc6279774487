import Graph
import Tensors

/// (x − mean) / √(variance + epsilon) · gamma + beta per channel; gamma, beta, moving_mean, moving_variance (channels,).
/// In training the batch's own biased variance is used, and the moving one moves towards it, as in Keras 3.
package struct BatchNormalization: SimpleLayer {
    package static let className = "BatchNormalization"
    package var passesMask: Bool { true }
    let axis: Int
    let momentum: Float
    let attributes: BatchNormAttributes
    let gammaInitializer: Initializer
    let betaInitializer: Initializer
    let meanInitializer: Initializer
    let varianceInitializer: Initializer
    let gammaRegularizer: Regularizer?
    let betaRegularizer: Regularizer?

    package init(_ config: inout LayerConfig) throws {
        // Keras 2 writes [3] where Keras 3 writes 3.
        axis = try config.ints("axis", rank: 1, default: -1, minimum: -8)[0]
        momentum = try config.float("momentum", default: 0.99, in: 0...1)
        attributes = BatchNormAttributes(
            epsilon: try config.float("epsilon", default: 1e-3, in: 0...1),
            hasScale: try config.bool("scale", default: true), hasOffset: try config.bool("center", default: true))
        gammaInitializer = try config.initializer("gamma_initializer", default: .ones)
        betaInitializer = try config.initializer("beta_initializer", default: .zeros)
        meanInitializer = try config.initializer("moving_mean_initializer", default: .zeros)
        varianceInitializer = try config.initializer("moving_variance_initializer", default: .ones)
        gammaRegularizer = try config.regularizer("gamma_regularizer")
        betaRegularizer = try config.regularizer("beta_regularizer")
        try config.refuse("gamma_constraint", "beta_constraint")
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let rank = scope.shape(of: x).rank
        guard let axis = scope.shape(of: x).normalized(axis: axis), axis > 0 else {
            throw scope.error("there is no axis \(self.axis) to normalise in an input of rank \(rank)")
        }
        guard axis != rank - 1 else { return try normalize(x, in: scope) }
        let order = (0..<rank).filter { $0 != axis } + [axis]
        let inverse = (0..<rank).map { order.firstIndex(of: $0)! }
        let y = try normalize(scope.builder.emit(.transpose(order), [x]), in: scope)
        return scope.builder.emit(.transpose(inverse), [y])
    }

    private func normalize(_ x: Value, in scope: LayerScope) throws -> Value {
        let channels = Shape([scope.shape(of: x)[-1]])
        var inputs = [x]
        if attributes.hasScale {
            inputs.append(
                try scope.parameter(
                    "gamma", channels, role: .scale, initializer: gammaInitializer, regularizer: gammaRegularizer))
        }
        if attributes.hasOffset {
            inputs.append(
                try scope.parameter(
                    "beta", channels, role: .offset, initializer: betaInitializer, regularizer: betaRegularizer))
        }
        let mean = try scope.parameter("moving_mean", channels, role: .statistic, initializer: meanInitializer)
        let variance = try scope.parameter(
            "moving_variance", channels, role: .statistic, initializer: varianceInitializer)
        guard scope.options.isTraining, scope.options.batchNormMode(scope.path) != .inference else {
            return scope.builder.emit(.batchNormInference(attributes, activation: nil), inputs + [mean, variance])
        }
        let outputs = scope.builder.emitAll(.batchNormTraining(attributes), inputs)
        func moved(_ old: Value, _ new: Value) -> Value {
            scope.builder.add(scope.builder.scale(old, by: momentum), scope.builder.scale(new, by: 1 - momentum))
        }
        scope.update("moving_mean", to: moved(mean, outputs[1]))
        scope.update("moving_variance", to: moved(variance, outputs[2]))
        return outputs[0]
    }
}
