import Graph
import Tensors

/// Channels in groups, each group of each example by its own mean and variance; then gamma and beta (channels,).
/// A group count of −1 makes every channel a group.
package struct GroupNormalization: SimpleLayer {
    package static let className = "GroupNormalization"
    package var passesMask: Bool { true }
    let groups: Int
    let axis: Int
    let epsilon: Float
    let affine: AffineSettings

    package init(_ config: inout LayerConfig) throws {
        groups = try config.int("groups", default: 32, minimum: -1)
        axis = try config.int("axis", default: -1, minimum: -8)
        epsilon = try config.float("epsilon", default: 1e-3, in: 0...1)
        affine = try AffineSettings(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let g = scope.builder
        let shape = scope.shape(of: x)
        guard let axis = shape.normalized(axis: axis), axis > 0 else {
            throw scope.error("there is no axis \(self.axis) to normalise in an example of \(shape.droppingFirst)")
        }
        let channels = shape[axis]
        let groups = groups == -1 ? channels : groups
        guard groups > 0, channels % groups == 0 else {
            throw scope.error("\(channels) channels do not divide into \(groups) groups")
        }
        let wide = Shape(shape.dimensions.indices.map { $0 == axis ? channels : 1 })
        let gamma = try affine.gamma([channels], in: scope).map { g.reshape($0, wide) }
        let beta = try affine.beta([channels], in: scope).map { g.reshape($0, wide) }
        let split = Shape(shape.dimensions[..<axis] + [groups, channels / groups] + shape.dimensions[(axis + 1)...])
        let grouped = g.reshape(x, split)
        let reduced = (1..<split.rank).filter { $0 != axis }
        let centred = g.subtract(grouped, g.kept(.mean, grouped, axes: reduced))
        let variance = g.kept(.mean, g.unary(.square, centred), axes: reduced)
        var y = g.reshape(g.divide(centred, g.unary(.sqrt, g.add(variance, g.constant(epsilon)))), shape)
        if let gamma { y = g.multiply(y, gamma) }
        if let beta { y = g.add(y, beta) }
        return y
    }
}
