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
    let mode: Mode
    let renorm: BatchRenormalization?
    /// TensorFlow's fused kernel, which Keras 2 uses for images, takes no smaller epsilon.
    let hasFusedFloor: Bool

    /// Keras 1's `mode`.
    enum Mode: Int, Hashable {
        /// Per channel, by moving statistics in inference.
        case perChannel = 0
        /// Every vector of channels by its own mean and deviation.
        case perExample = 1
        /// Per channel, by the batch's statistics even in inference.
        case byBatch = 2
    }

    private static let fusedFloor: Float = 1.001e-5

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
        let code = try config.int("mode", default: 0, minimum: 0)
        guard let mode = Mode(rawValue: code) else { throw config.error("\"mode\" should be 0, 1 or 2, not \(code)") }
        self.mode = mode
        renorm = try BatchRenormalization(&config)
        // Which kernel computes it, and whether replicas share statistics, changes nothing on one machine.
        let isFused = try config.bool("fused", default: true)
        hasFusedFloor = config.generation == .keras2 && isFused && renorm == nil
        _ = try config.bool("synchronized", default: false)
        try config.refuse("virtual_batch_size")
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
        let gamma =
            try attributes.hasScale
            ? scope.parameter(
                "gamma", channels, role: .scale, initializer: gammaInitializer, regularizer: gammaRegularizer) : nil
        let beta =
            try attributes.hasOffset
            ? scope.parameter(
                "beta", channels, role: .offset, initializer: betaInitializer, regularizer: betaRegularizer) : nil
        let mean = try scope.parameter("moving_mean", channels, role: .statistic, initializer: meanInitializer)
        let variance = try scope.parameter(
            "moving_variance", channels, role: .statistic, initializer: varianceInitializer)
        let renormStatistics = try renorm?.statistics(channels, mean: meanInitializer, in: scope)
        let affine = [gamma, beta].compactMap { $0 }
        if mode == .perExample { return perExample(x, gamma, beta, in: scope.builder) }
        guard scope.options.isTraining, scope.options.batchNormMode(scope.path) != .inference else {
            let attributes = attributes(rank: scope.shape(of: x).rank, in: scope)
            if mode == .byBatch { return scope.builder.emit(.batchNormTraining(attributes), [x] + affine) }
            return scope.builder.emit(
                .batchNormInference(attributes, activation: nil), [x] + affine + [mean, variance])
        }
        if let renorm, let renormStatistics {
            return renorm.train(
                x, gamma, beta, moving: (mean, variance), renormStatistics, momentum: momentum,
                epsilon: attributes.epsilon, in: scope)
        }
        let outputs = scope.builder.emitAll(
            .batchNormTraining(attributes(rank: scope.shape(of: x).rank, in: scope)), [x] + affine)
        scope.move("moving_mean", mean, towards: outputs[1], momentum: momentum)
        scope.move("moving_variance", variance, towards: outputs[2], momentum: momentum)
        return outputs[0]
    }

    private func attributes(rank: Int, in scope: LayerScope) -> BatchNormAttributes {
        var attributes = attributes
        attributes.rowsPerExample = scope.rowsPerExample
        if hasFusedFloor, rank == 4 { attributes.epsilon = max(attributes.epsilon, BatchNormalization.fusedFloor) }
        return attributes
    }

    /// Keras 1 adds epsilon under the root and once more beside it.
    private func perExample(_ x: Value, _ gamma: Value?, _ beta: Value?, in g: GraphBuilder) -> Value {
        let last = [g.shape(of: x).rank - 1]
        let centred = g.subtract(x, g.kept(.mean, x, axes: last))
        let variance = g.kept(.mean, g.unary(.square, centred), axes: last)
        let epsilon = g.constant(attributes.epsilon)
        var y = g.divide(centred, g.add(g.unary(.sqrt, g.add(variance, epsilon)), epsilon))
        if let gamma { y = g.multiply(y, gamma) }
        if let beta { y = g.add(y, beta) }
        return y
    }
}

extension LayerScope {
    /// A moving statistic's update: `momentum` of the old and the rest of the new.
    func move(_ name: String, _ old: Value, towards new: Value, momentum: Float) {
        update(name, to: builder.add(builder.scale(old, by: momentum), builder.scale(new, by: 1 - momentum)))
    }
}
