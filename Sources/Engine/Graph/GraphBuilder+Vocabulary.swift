import Tensors

/// The vocabulary layers and losses are written in.
extension GraphBuilder {
    package func input(_ name: String, _ shape: Shape) -> Value { emit(.input(name, shape)) }
    package func parameter(_ path: ParameterPath, _ shape: Shape) -> Value { emit(.parameter(path, shape)) }
    package func constant(_ value: Float, _ shape: Shape = .scalar) -> Value { emit(.constant(value, shape)) }
    /// A literal, row-major.
    package func table(_ values: [Float], _ shape: Shape) -> Value { emit(.table(Table(shape: shape, values: values))) }
    /// Numbers drawn anew in every step: a function of the run's seed, the step, the substream and the position.
    package func random(_ distribution: RandomDistribution, _ shape: Shape, substream: UInt64) -> Value {
        emit(.random(distribution, shape, substream: substream))
    }
    package func unary(_ function: UnaryFunction, _ x: Value) -> Value { emit(.unary(function), [x]) }
    package func binary(_ function: BinaryFunction, _ a: Value, _ b: Value) -> Value {
        emit(.binary(function), [a, b])
    }
    package func add(_ a: Value, _ b: Value) -> Value { binary(.add, a, b) }
    package func subtract(_ a: Value, _ b: Value) -> Value { binary(.subtract, a, b) }
    package func multiply(_ a: Value, _ b: Value) -> Value { binary(.multiply, a, b) }
    package func maximum(_ a: Value, _ b: Value) -> Value { binary(.maximum, a, b) }
    package func minimum(_ a: Value, _ b: Value) -> Value { binary(.minimum, a, b) }
    package func divide(_ a: Value, _ b: Value) -> Value { binary(.divide, a, b) }
    package func scale(_ x: Value, by factor: Float) -> Value { factor == 1 ? x : emit(.scale(factor), [x]) }
    package func sum(_ x: Value, axes: [Int]) -> Value { axes.isEmpty ? x : emit(.reduce(.sum, axes: axes), [x]) }
    package func mean(_ x: Value, axes: [Int]) -> Value { axes.isEmpty ? x : emit(.reduce(.mean, axes: axes), [x]) }
    package func sumAll(_ x: Value) -> Value { sum(x, axes: Array(0..<shape(of: x).rank)) }

    /// Over the last axis.
    package func softmax(_ x: Value) -> Value { emit(.softmax, [x]) }

    package func reshape(_ x: Value, _ shape: Shape) -> Value {
        shape == self.shape(of: x) ? x : emit(.reshape(shape), [x])
    }

    package func matmul(
        _ a: Value, _ b: Value, transposeLeft: Bool = false, transposeRight: Bool = false
    ) -> Value {
        emit(.matmul(transposeLeft: transposeLeft, transposeRight: transposeRight), [a, b])
    }
}
