import Graph
import Tensors

/// The products with which an attention of several heads makes and joins its heads; Keras keeps each as an `EinsumDense`
/// of its own, with a kernel (features, heads, size) and a bias (heads, size).
struct HeadProjection: Hashable, Sendable {
    let weights: WeightSettings

    init(_ config: inout LayerConfig) throws { weights = try WeightSettings(&config) }

    /// (batch, …, features) → (batch, …, heads, size)
    func split(_ x: Value, name: String, heads: Int, size: Int, in scope: LayerScope) throws -> Value {
        let shape = scope.shape(of: x)
        let y = try product(x, inputs: [shape[-1]], outputs: [heads, size], name: name, in: scope)
        return scope.builder.reshape(y, Shape(shape.dimensions.dropLast() + [heads, size]))
    }

    /// (batch, …, heads, size) → (batch, …, outputs…)
    func join(_ x: Value, outputs: [Int], in scope: LayerScope) throws -> Value {
        let shape = scope.shape(of: x)
        let inputs = Array(shape.dimensions.suffix(2))
        let y = try product(x, inputs: inputs, outputs: outputs, name: "attention_output", in: scope)
        return scope.builder.reshape(y, Shape(shape.dimensions.dropLast(2) + outputs))
    }

    private func product(
        _ x: Value, inputs: [Int], outputs: [Int], name: String, in scope: LayerScope
    ) throws -> Value {
        try scope.within(name, className: "EinsumDense") { scope in
            let g = scope.builder
            let kernel = try weights.kernel("kernel", Shape(inputs + outputs), in: scope)
            let (from, to) = (inputs.reduce(1, *), outputs.reduce(1, *))
            let rows = g.reshape(x, [g.shape(of: x).count / max(from, 1), from])
            var operands = [rows, g.reshape(kernel, [from, to])]
            if weights.usesBias {
                let bias = try scope.parameter(
                    "bias", Shape(outputs), role: .bias, initializer: weights.biasInitializer,
                    regularizer: weights.biasRegularizer)
                operands.append(g.reshape(bias, [to]))
            }
            return g.emit(.linear(hasBias: weights.usesBias, activation: nil), operands)
        }
    }
}
