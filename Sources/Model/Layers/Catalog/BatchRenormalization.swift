import Graph
import JSON
import Tensors

/// What `renorm` adds to a batch normalisation (Ioffe 2017): in training, x̂ · r + d with r and d the clipped distance of
/// the batch's statistics from slowly moving ones. Three more statistics (channels,) move along.
struct BatchRenormalization: Hashable, Sendable {
    let momentum: Float
    let minimumR: Float?
    let maximumR: Float?
    let maximumD: Float?

    /// Nil where the layer does not ask for it.
    init?(_ config: inout LayerConfig) throws {
        let isOn = try config.bool("renorm", default: false)
        let clipping = config.take("renorm_clipping") ?? [:]
        momentum = try config.float("renorm_momentum", default: 0.99, in: 0...1)
        func bound(_ key: String) -> Float? { clipping[key]?.double.map { Float($0) } }
        (minimumR, maximumR, maximumD) = (bound("rmin"), bound("rmax"), bound("dmax"))
        guard isOn else { return nil }
    }

    struct Statistics {
        let movingDeviation: Value
        let mean: Value
        let deviation: Value
    }

    func statistics(_ channels: Shape, mean: Initializer, in scope: LayerScope) throws -> Statistics {
        // Keras starts deviations at the root of the variance's initial value, which is 1 unless someone says otherwise.
        func statistic(_ name: String, _ initializer: Initializer) throws -> Value {
            try scope.parameter(name, channels, role: .statistic, initializer: initializer)
        }
        return Statistics(
            movingDeviation: try statistic("moving_stddev", .ones), mean: try statistic("renorm_mean", mean),
            deviation: try statistic("renorm_stddev", .ones))
    }

    /// Emits a step in training and the updates of all five statistics.
    func train(
        _ x: Value, _ gamma: Value?, _ beta: Value?, moving: (mean: Value, variance: Value), _ old: Statistics,
        momentum: Float, epsilon: Float, in scope: LayerScope
    ) -> Value {
        let g = scope.builder
        let plain = BatchNormAttributes(epsilon: epsilon, hasScale: false, hasOffset: false)
        let outputs = g.emitAll(.batchNormTraining(plain), [x])
        let (mean, variance) = (outputs[1], outputs[2])
        let deviation = g.unary(.sqrt, g.add(variance, g.constant(epsilon)))
        let (r, d) = corrections(mean, deviation, old, epsilon: epsilon, g)
        // No gradient flows through r and d: a batch normalisation passes none from its statistics.
        var y = g.add(g.multiply(outputs[0], r), d)
        if let gamma { y = g.multiply(y, gamma) }
        if let beta { y = g.add(y, beta) }

        scope.move("renorm_mean", old.mean, towards: mean, momentum: self.momentum)
        scope.move("renorm_stddev", old.deviation, towards: deviation, momentum: self.momentum)
        scope.move("moving_mean", moving.mean, towards: mean, momentum: momentum)
        let moved = g.add(g.scale(old.movingDeviation, by: momentum), g.scale(deviation, by: 1 - momentum))
        scope.update("moving_stddev", to: moved)
        scope.update("moving_variance", to: g.unary(.relu, g.subtract(g.unary(.square, moved), g.constant(epsilon))))
        return y
    }

    private func corrections(
        _ mean: Value, _ deviation: Value, _ old: Statistics, epsilon: Float, _ g: GraphBuilder
    ) -> (r: Value, d: Value) {
        let reference = g.binary(.maximum, old.deviation, g.constant(epsilon.squareRoot()))
        var r = g.divide(deviation, reference)
        var d = g.divide(g.subtract(mean, old.mean), reference)
        if let minimumR { r = g.binary(.maximum, r, g.constant(minimumR)) }
        if let maximumR { r = g.binary(.minimum, r, g.constant(maximumR)) }
        if let maximumD { d = g.clip(d, from: -maximumD, to: maximumD) }
        return (r, d)
    }
}
