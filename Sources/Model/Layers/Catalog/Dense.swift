import Graph
import Tensors

/// y = activation(x · kernel + bias) over the last axis; kernel (in, units), bias (units,).
package struct Dense: SimpleLayer {
    package static let className = "Dense"
    package var passesMask: Bool { true }
    let units: Int
    let activation: Activation
    let weights: WeightSettings

    package init(_ config: inout LayerConfig) throws {
        units = try config.int("units")
        activation = try config.activation()
        weights = try WeightSettings(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let shape = scope.shape(of: x)
        guard shape.rank >= 2 else { throw scope.error("it takes examples of at least one dimension") }
        let kernel = try weights.kernel("kernel", [shape[-1], units], in: scope)
        let bias = try weights.bias(units, in: scope)
        let rows = scope.builder.reshape(x, [shape.count / max(shape[-1], 1), shape[-1]])
        let y = scope.builder.emit(
            .linear(hasBias: bias != nil, activation: nil), [rows, kernel] + (bias.map { [$0] } ?? []))
        return activation(scope.builder.reshape(y, Shape(shape.dimensions.dropLast() + [units])), in: scope)
    }
}

/// The settings that every layer with a kernel and a bias shares.
package struct WeightSettings: Hashable, Sendable {
    let usesBias: Bool
    let kernelInitializer: Initializer
    let biasInitializer: Initializer
    let kernelRegularizer: Regularizer?
    let biasRegularizer: Regularizer?

    init(_ config: inout LayerConfig, kernel: String = "kernel") throws {
        usesBias = try config.bool("use_bias", default: true)
        kernelInitializer = try config.initializer("\(kernel)_initializer", default: .glorotUniform)
        biasInitializer = try config.initializer("bias_initializer", default: .zeros)
        kernelRegularizer = try config.regularizer("\(kernel)_regularizer")
        biasRegularizer = try config.regularizer("bias_regularizer")
        try config.refuse("lora_rank", "lora_alpha")
    }

    func kernel(_ name: String, _ shape: Shape, in scope: LayerScope) throws -> Value {
        try scope.parameter(
            name, shape, role: .kernel, initializer: kernelInitializer, regularizer: kernelRegularizer)
    }

    func bias(_ count: Int, in scope: LayerScope) throws -> Value? { try bias(shape: [count], in: scope) }

    func bias(shape: Shape, in scope: LayerScope) throws -> Value? {
        guard usesBias else { return nil }
        return try scope.parameter(
            "bias", shape, role: .bias, initializer: biasInitializer, regularizer: biasRegularizer)
    }
}
