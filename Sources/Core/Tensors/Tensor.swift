/// A small, immutable host array of `Float`, row-major: what files, tests and predictions are passed around as.
/// Weights in training live in a `ParameterStore`, activations in a plan's arena; neither is a `Tensor`.
package struct Tensor: Hashable, Sendable {
    package let shape: Shape
    package var values: [Float]

    package init(shape: Shape, values: [Float]) {
        precondition(values.count == shape.count, "\(values.count) values do not fill a shape of \(shape)")
        self.shape = shape
        self.values = values
    }

    package init(zeros shape: Shape) { self.init(shape: shape, values: Array(repeating: 0, count: shape.count)) }

    package func reshaped(_ shape: Shape) -> Tensor { Tensor(shape: shape, values: values) }
}
