import Graph
import JSON
import Tensors

/// x · scale + offset; each a number, or numbers along the last axes.
package struct Rescaling: SimpleLayer {
    package static let className = "Rescaling"
    package var passesMask: Bool { true }
    let scale: NestedNumbers
    let offset: NestedNumbers

    package init(_ config: inout LayerConfig) throws {
        scale = try config.numbers("scale") ?? NestedNumbers(1)
        offset = try config.numbers("offset") ?? NestedNumbers(0)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let shape = scope.shape(of: x)
        for numbers in [scale, offset] where shape.broadcast(with: numbers.shape) != shape {
            throw scope.error("numbers of \(numbers.shape) do not fit an example of \(shape.droppingFirst)")
        }
        let g = scope.builder
        return g.add(g.multiply(x, scale.value(in: g)), offset.value(in: g))
    }
}

/// (x − mean) / √variance along the kept axes, or back again with `invert`. Mean and variance stand in the settings or
/// are stored with a count of the examples they came from: mean, variance (extents of the axes), count ().
package struct Normalization: SimpleLayer {
    package static let className = "Normalization"
    let axes: [Int]
    let mean: NestedNumbers?
    let variance: NestedNumbers?
    let isInverse: Bool

    /// Keras' floor under the deviation.
    private static let epsilon: Float = 1e-7

    package init(_ config: inout LayerConfig) throws {
        // An empty list: one mean for everything.
        let hasNoAxes = config.isEmptyList("axis")
        let axes = hasNoAxes ? [] : try config.axes("axis", default: [-1])
        self.axes = axes
        mean = try config.numbers("mean")
        variance = try config.numbers("variance")
        guard (mean == nil) == (variance == nil) else {
            throw config.error("\"mean\" and \"variance\" should both be given, or neither")
        }
        isInverse = try config.bool("invert", default: false)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let g = scope.builder
        let shape = scope.shape(of: x)
        let kept = axes.isEmpty ? [] : try scope.normalized(axes: axes, of: shape).sorted()
        let stored = Shape(kept.map { shape[$0] })
        let wide = Shape(shape.dimensions.indices.map { kept.contains($0) ? shape[$0] : 1 })
        let center: Value
        let spread: Value
        if let mean, let variance {
            center = try fitted(mean, to: stored, in: scope)
            spread = try fitted(variance, to: stored, in: scope)
        } else {
            center = try scope.parameter("mean", stored, role: .statistic, initializer: .zeros)
            spread = try scope.parameter("variance", stored, role: .statistic, initializer: .ones)
            _ = try scope.parameter("count", [], role: .statistic, initializer: .zeros)
        }
        let mean = g.reshape(center, wide)
        let deviation = g.maximum(g.unary(.sqrt, g.reshape(spread, wide)), g.constant(Normalization.epsilon))
        return isInverse ? g.add(mean, g.multiply(x, deviation)) : g.divide(g.subtract(x, mean), deviation)
    }

    private func fitted(_ numbers: NestedNumbers, to shape: Shape, in scope: LayerScope) throws -> Value {
        let squeezed = numbers.squeezed(toRank: shape.rank)
        guard shape.broadcast(with: squeezed.shape) == shape else {
            throw scope.error("statistics of \(numbers.shape) do not fit axes of \(shape)")
        }
        return scope.builder.broadcast(squeezed.value(in: scope.builder), to: shape)
    }
}

/// A number, or lists of numbers of one length within lists of one length.
struct NestedNumbers: Hashable, Sendable {
    let shape: Shape
    let values: [Float]

    init(_ number: Float) {
        shape = []
        values = [number]
    }

    private init(shape: Shape, values: [Float]) {
        self.shape = shape
        self.values = values
    }

    /// Nil for anything else.
    init?(_ json: JSON, depth: Int = 0) {
        if let number = json.double {
            self.init(Float(number))
            return
        }
        guard depth < 8, let items = json.array, !items.isEmpty else { return nil }
        let parts = items.compactMap { NestedNumbers($0, depth: depth + 1) }
        guard parts.count == items.count, parts.allSatisfy({ $0.shape == parts[0].shape }) else { return nil }
        self.init(shape: parts[0].shape.batched(items.count), values: parts.flatMap(\.values))
    }

    /// Without the leading ones beyond `rank`.
    func squeezed(toRank rank: Int) -> NestedNumbers {
        var dimensions = shape.dimensions[...]
        while dimensions.count > rank, dimensions.first == 1 { dimensions.removeFirst() }
        return NestedNumbers(shape: Shape(Array(dimensions)), values: values)
    }

    func value(in g: GraphBuilder) -> Value { shape.rank == 0 ? g.constant(values[0]) : g.table(values, shape) }
}

extension LayerConfig {
    /// A number or nested lists of numbers; nil where there is nothing.
    mutating func numbers(_ key: String) throws -> NestedNumbers? {
        guard let value = take(key) else { return nil }
        guard let numbers = NestedNumbers(value) else {
            throw error("\"\(key)\" should be a number or lists of numbers, not \(value.serialized().prefix(80))")
        }
        return numbers
    }

    /// Whether an empty list stands under `key`; it is read then.
    mutating func isEmptyList(_ key: String) -> Bool {
        guard remaining[key]?.array?.isEmpty == true else { return false }
        return take(key) != nil
    }
}
