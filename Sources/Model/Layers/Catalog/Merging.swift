import Graph
import Tensors

/// The sum of the inputs, which broadcast.
package struct Add: MergingLayer {
    package static let className = "Add"
    package init(_ config: inout LayerConfig) throws {}
    package func merge(_ inputs: [Value], in scope: LayerScope) throws -> Value {
        try scope.fold(inputs, with: .add)
    }
}

/// The product of the inputs, which broadcast.
package struct Multiply: MergingLayer {
    package static let className = "Multiply"
    package init(_ config: inout LayerConfig) throws {}
    package func merge(_ inputs: [Value], in scope: LayerScope) throws -> Value {
        try scope.fold(inputs, with: .multiply)
    }
}

extension LayerScope {
    func fold(_ inputs: [Value], with function: BinaryFunction) throws -> Value {
        try inputs.dropFirst().reduce(inputs[0]) { total, next in
            let (a, b) = (shape(of: total), shape(of: next))
            guard a.rank == b.rank, a.broadcast(with: b) != nil else {
                throw error("inputs of \(a.droppingFirst) and \(b.droppingFirst) do not fit")
            }
            return builder.binary(function, total, next)
        }
    }
}

/// The inputs one after another along an axis.
package struct Concatenate: MergingLayer {
    package static let className = "Concatenate"
    let axis: Int
    package init(_ config: inout LayerConfig) throws {
        axis = try config.int("axis", default: -1, minimum: -8)
    }

    package func merge(_ inputs: [Value], in scope: LayerScope) throws -> Value {
        let shapes = inputs.map { scope.shape(of: $0) }
        guard let axis = shapes[0].normalized(axis: axis), axis > 0 else {
            throw scope.error("there is no axis \(axis) to join along in an input of \(shapes[0].droppingFirst)")
        }
        let fit = shapes.allSatisfy { shape in
            shape.rank == shapes[0].rank
                && shape.dimensions.indices.allSatisfy { $0 == axis || shape[$0] == shapes[0][$0] }
        }
        guard fit else {
            let list = shapes.map(\.droppingFirst.description).joined(separator: ", ")
            throw scope.error("inputs of \(list) do not fit beside axis \(axis)")
        }
        return scope.builder.emit(.concatenate(axis: axis), inputs)
    }
}
