import Graph
import Tensors

/// The inputs one after another along an axis.
package struct Concatenate: MergingLayer {
    package static let className = "Concatenate"
    let axis: Int
    let generation: KerasGeneration

    package init(_ config: inout LayerConfig) throws {
        axis = try config.int("axis", default: -1, minimum: -8)
        generation = config.generation
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
        let y = scope.builder.emit(.concatenate(axis: axis), inputs)
        scope.setMask(mask(of: inputs, along: axis, in: scope), of: y)
        return y
    }

    /// Along time, the masks follow one another. Along another axis a step counts where it does in every input (Keras 2)
    /// or in any (Keras 3). An input without a mask counts throughout.
    private func mask(of inputs: [Value], along axis: Int, in scope: LayerScope) -> Value? {
        let masks = inputs.map { scope.mask(of: $0) }
        let known = masks.compactMap { $0 }
        let g = scope.builder
        guard let first = known.first, scope.shape(of: inputs[0]).rank > g.shape(of: first).rank else { return nil }
        if axis == 1 {
            let all = zip(inputs, masks).map { input, mask in
                mask ?? g.constant(1, Shape(Array(g.shape(of: input).dimensions.prefix(2))))
            }
            return g.emit(.concatenate(axis: 1), all)
        }
        if generation == .keras3, known.count < inputs.count { return nil }
        let function: BinaryFunction = generation == .keras3 ? .maximum : .minimum
        return known.dropFirst().reduce(first) { g.binary(function, $0, $1) }
    }
}
