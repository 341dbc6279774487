import Graph
import JSON
import Tensors

/// All dimensions but the batch in one, channels last whichever order the input has.
package struct Flatten: SimpleLayer {
    package static let className = "Flatten"
    let order: ChannelOrder
    package init(_ config: inout LayerConfig) throws { order = try ChannelOrder(&config) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let x = order.toLast(x, in: scope)
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
