import Graph
import JSON
import Tensors

/// Every pixel repeated, or an enlarged image between the pixels (`UpSampling1D` to `3D`).
package struct UpSampling<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "UpSampling\(Rank.count)D" }
    let size: [Int]
    let method: ResizeMethod
    let order: ChannelOrder

    package init(_ config: inout LayerConfig) throws {
        // Keras 1 calls a sequence's factor `length`.
        let key = Rank.count == 1 && !config.has("size") && config.has("length") ? "length" : "size"
        size = try config.ints(key, rank: Rank.count, default: 2)
        method = Rank.count == 2 ? try config.resizeMethod(default: .nearest) : .nearest
        order = Rank.count == 1 ? .last : try ChannelOrder(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        let spatial = shape.spatial
        let output = zip(spatial, size).map { extent, factor in
            let (product, overflows) = extent.multipliedReportingOverflow(by: factor)
            return overflows ? Int.max : product
        }
        try scope.requireAddressable([shape[0]] + output + [shape[-1]])
        guard method == .nearest else {
            return order.fromLast(try scope.resize(x, to: output, method), in: scope)
        }
        let g = scope.builder
        // (batch, d₁, 1, d₂, 1, …) → (batch, d₁, s₁, d₂, s₂, …)
        let apart = g.reshape(x, Shape([shape[0]] + spatial.flatMap { [$0, 1] } + [shape[-1]]))
        let repeated = zip(spatial, size).flatMap { [$0, $1] }
        let y = g.broadcast(apart, to: Shape([shape[0]] + repeated + [shape[-1]]))
        return order.fromLast(g.reshape(y, Shape([shape[0]] + output + [shape[-1]])), in: scope)
    }
}

extension LayerConfig {
    /// Reads `interpolation`, in capitals or not.
    mutating func resizeMethod(default standard: ResizeMethod) throws -> ResizeMethod {
        guard let value = take("interpolation") else { return standard }
        guard let method = value.string.flatMap({ ResizeMethod(rawValue: $0.lowercased()) }) else {
            let names = ResizeMethod.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw error("\"interpolation\" should be \(names), not \(value.serialized())")
        }
        return method
    }
}
