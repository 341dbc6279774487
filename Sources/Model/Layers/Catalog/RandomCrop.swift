import Graph
import JSON
import Tensors

/// A box at a random place of the batch while training. At inference Keras 2 resizes the middle of the right ratio; Keras
/// 3 hands images on as they are.
package struct RandomCrop: SimpleLayer {
    package static let className = "RandomCrop"
    let size: [Int]
    let generation: KerasGeneration
    let order: ChannelOrder

    package init(_ config: inout LayerConfig) throws {
        size = [try config.int("height"), try config.int("width")]
        generation = config.generation
        order = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        if generation == .keras3, !scope.options.isTraining { return x }
        let x = order.toLast(x, in: scope)
        let free = zip(scope.shape(of: x).spatial, size).map { $0 - $1 }
        // Keras 3 looks for a place only where there are several in both directions.
        let least = generation == .keras3 ? 1 : 0
        let y =
            scope.options.isTraining && free.allSatisfy { $0 >= least }
            ? drawn(x, free, in: scope)
            : generation == .keras3 ? try middle(x, in: scope) : try scope.resizeCropped(x, to: size)
        return order.fromLast(y, in: scope)
    }

    private func drawn(_ x: Value, _ free: [Int], in scope: LayerScope) -> Value {
        let (g, batch) = (scope.builder, scope.shape(of: x)[0])
        /// A whole number of 0 … free: how many of the steps 1 … free the draw has passed.
        func start(_ free: Int, _ name: String) -> Value {
            guard free > 0 else { return g.constant(0, [1]) }
            let u = g.scale(scope.draw([1, 1], for: name), by: Float(free + 1))
            let steps = g.table((1...free).map { Float($0) }, [1, free])
            return g.sum(g.binary(.greaterOrEqual, u, steps), axes: [1])
        }
        func column(_ value: Value) -> Value { g.broadcast(g.reshape(value, [1, 1]), to: [batch, 1]) }
        let (zero, one) = (g.constant(0, [batch, 1]), g.constant(1, [batch, 1]))
        let (down, right) = (column(start(free[0], "height")), column(start(free[1], "width")))
        let maps = g.concatenate([one, zero, right, zero, one, down, zero, zero], axis: 1)
        let sampling = AffineSampling(height: size[0], width: size[1], interpolation: .nearest, fill: .nearest)
        return g.emit(.affineSample(sampling), [x, maps])
    }

    /// What Keras 3 makes in training of an image without room: what is there of the box from the middle's start on,
    /// resized.
    private func middle(_ x: Value, in scope: LayerScope) throws -> Value {
        let input = scope.shape(of: x).spatial
        let part = (0..<2).map { axis -> Int in
            let ratio = Double(input[1 - axis]) * Double(size[axis]) / Double(size[1 - axis])
            return max(1, Int(min(Double(input[axis]), ratio)))
        }
        let start = (0..<2).map { (input[$0] - part[$0]) / 2 }
        let box = (0..<2).map { min(size[$0], input[$0] - start[$0]) }
        return try scope.resize(scope.crop(x, from: start, to: box), to: size, .bilinear)
    }
}

/// Stretches batches to a random height or width while training, which a plan of fixed shapes cannot; at inference
/// images stay as they are.
package struct RandomExtent<Direction: ImageDirection>: SimpleLayer {
    package static var className: String { "Random\(Direction.name)" }

    package init(_ config: inout LayerConfig) throws {
        _ = try RandomRange.required(&config, "factor", in: -1...Float.greatestFiniteMagnitude)
        _ = try config.resizeMethod(default: .bilinear)
        _ = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        guard !scope.options.isTraining else {
            throw scope.error(
                "it gives images another size in every step, which training here cannot; take it out of the model")
        }
        return x
    }
}

package protocol ImageDirection: Sendable {
    static var name: String { get }
}

package enum Vertically: ImageDirection { package static let name = "Height" }
package enum Horizontally: ImageDirection { package static let name = "Width" }
