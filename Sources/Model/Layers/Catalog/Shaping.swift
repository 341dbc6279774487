import Graph
import JSON
import Tensors

/// All dimensions but the batch in one.
package struct Flatten: SimpleLayer {
    package static let className = "Flatten"
    package init(_ config: inout LayerConfig) throws { try config.require("data_format", toBe: "channels_last") }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let shape = scope.shape(of: x)
        return scope.builder.reshape(x, [shape[0], shape.droppingFirst.count])
    }
}

/// Another shape for the same elements; one dimension may be −1.
package struct Reshape: SimpleLayer {
    package static let className = "Reshape"
    let target: [Int]

    package init(_ config: inout LayerConfig) throws {
        guard let list = config.take("target_shape")?.array else { throw config.error("\"target_shape\" is missing") }
        let numbers = list.compactMap(\.int)
        guard numbers.count == list.count, numbers.allSatisfy({ $0 >= -1 }), numbers.filter({ $0 == -1 }).count <= 1
        else { throw config.error("\"target_shape\" should be whole numbers, at most one of them -1") }
        guard Shape(numbers.map(abs)).countIfAddressable != nil else {
            throw config.error("\"target_shape\" is too large: \(Shape(numbers.map(abs)))")
        }
        target = numbers
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let example = scope.shape(of: x).droppingFirst
        let known = target.filter { $0 != -1 }.reduce(1, *)
        let rest = known > 0 && example.count % known == 0 ? example.count / known : 0
        let shape = Shape(target.map { $0 == -1 ? rest : $0 })
        guard shape.count == example.count else {
            throw scope.error("an example of \(example) does not fit into a target shape of \(target)")
        }
        return scope.builder.reshape(x, shape.batched(scope.shape(of: x)[0]))
    }
}

/// Zeros around height and width.
package struct ZeroPadding2D: SimpleLayer {
    package static let className = "ZeroPadding2D"
    /// ((top, bottom), (left, right))
    let padding: [[Int]]

    package init(_ config: inout LayerConfig) throws {
        try config.require("data_format", toBe: "channels_last")
        let value = config.take("padding") ?? 1
        func pair(_ item: JSON) -> [Int]? {
            if let both = item.int { return [both, both] }
            guard let two = item.array?.compactMap(\.int), two.count == 2 else { return nil }
            return two
        }
        let sides = value.int.map { [[$0, $0], [$0, $0]] } ?? value.array?.compactMap(pair)
        guard let sides, sides.count == 2, sides.joined().allSatisfy({ (0...1 << 20).contains($0) }) else {
            throw config.error("\"padding\" should be a whole number, two, or two pairs, not \(value.serialized())")
        }
        padding = sides
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        let before = [0, padding[0][0], padding[1][0], 0]
        let after = [0, padding[0][1], padding[1][1], 0]
        return scope.builder.emit(.pad(before: before, after: after, interior: [0, 0, 0, 0]), [x])
    }
}
