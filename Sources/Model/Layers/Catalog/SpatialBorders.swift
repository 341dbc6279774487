import Graph
import JSON
import Tensors

/// How much to add or take away before and after each spatial dimension.
struct SpatialBorders: Hashable, Sendable {
    let before: [Int]
    let after: [Int]
    let order: ChannelOrder

    /// Reads `key`: one number for all sides, or one or a pair per dimension; of one dimension also its own pair. Keras 1
    /// also has the pairs of two dimensions in one list.
    init(_ config: inout LayerConfig, _ key: String, rank: Int, default standard: Int) throws {
        order = try ChannelOrder(&config)
        let value = config.take(key) ?? .integer(standard)
        let sides = SpatialBorders.sides(value, rank: rank, isFlat: rank == 1 || config.generation == .keras1)
        guard let sides, sides.count == rank, sides.joined().allSatisfy({ (0...1 << 31).contains($0) }) else {
            let forms = rank == 1 ? "or two" : "\(rank) of them, or \(rank) pairs"
            throw config.error("\"\(key)\" should be a whole number from 0, \(forms), not \(value.serialized())")
        }
        before = sides.map { $0[0] }
        after = sides.map { $0[1] }
    }

    private static func sides(_ value: JSON, rank: Int, isFlat: Bool) -> [[Int]]? {
        if let all = value.int { return Array(repeating: [all, all], count: rank) }
        guard let items = value.array else { return nil }
        let numbers = items.compactMap(\.int)
        if isFlat, numbers.count == 2 * rank, items.count == 2 * rank {
            return (0..<rank).map { [numbers[2 * $0], numbers[2 * $0 + 1]] }
        }
        let sides = items.compactMap { item -> [Int]? in
            if let both = item.int { return [both, both] }
            guard let pair = item.array?.compactMap(\.int), pair.count == 2, item.array?.count == 2 else { return nil }
            return pair
        }
        return sides.count == items.count ? sides : nil
    }
}

/// Zeros around the spatial dimensions.
package struct ZeroPadding<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "ZeroPadding\(Rank.count)D" }
    let borders: SpatialBorders

    package init(_ config: inout LayerConfig) throws {
        borders = try SpatialBorders(&config, "padding", rank: Rank.count, default: 1)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = borders.order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        let (before, after) = ([0] + borders.before + [0], [0] + borders.after + [0])
        try scope.requireAddressable((0..<shape.rank).map { before[$0] + shape[$0] + after[$0] })
        return borders.order.fromLast(scope.builder.pad(x, before: before, after: after), in: scope)
    }
}

/// Cuts off the ends of the spatial dimensions.
package struct Cropping<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "Cropping\(Rank.count)D" }
    let borders: SpatialBorders

    package init(_ config: inout LayerConfig) throws {
        // Keras: the 2-dimensional one cuts nothing off unless told.
        borders = try SpatialBorders(&config, "cropping", rank: Rank.count, default: Rank.count == 2 ? 0 : 1)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = borders.order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        let starts = [0] + borders.before + [0]
        let sizes = (0..<shape.rank).map { shape[$0] - starts[$0] - ([0] + borders.after + [0])[$0] }
        guard sizes.allSatisfy({ $0 > 0 }) else {
            throw scope.error(
                "nothing is left of an input of \(Shape(shape.spatial)) after cutting off \(borders.before) before "
                    + "and \(borders.after) after")
        }
        return borders.order.fromLast(scope.builder.slice(x, starts: starts, sizes: sizes), in: scope)
    }
}
