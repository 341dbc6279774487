import Graph
import Tensors

/// What image layers do to (batch, height, width, channels).
extension LayerScope {
    /// The image in another size. An image that keeps its size is left alone, as TensorFlow leaves it where it knows the
    /// size beforehand (`isKnown`).
    ///
    /// - Throws: `LayerError` for a size that is too large.
    func resize(
        _ x: Value, to size: [Int], _ method: ResizeMethod, antialias: Bool = false, isKnown: Bool = true
    ) throws -> Value {
        let input = shape(of: x).spatial
        if size == input, isKnown || !method.blurs { return x }
        var y = x
        for axis in 0..<2 where size[axis] != input[axis] || method.blurs {
            guard input[axis] > 0, input[axis] <= 1 << 28 / max(size[axis], 1) else {
                throw error("it cannot make \(size[axis]) pixels of \(input[axis])")
            }
            let table = Table(
                shape: [size[axis], input[axis]],
                values: method.weights(input: input[axis], output: size[axis], antialias: antialias))
            y = axis == 0 ? try rows(y, table) : try columns(y, table)
        }
        return y
    }

    /// weights (height′, height) · x, for every example.
    private func rows(_ x: Value, _ weights: Table) throws -> Value {
        let (g, shape) = (builder, shape(of: x))
        try requireAddressable([shape[0], weights.shape[0], shape[2], shape[3]])
        try requireAddressable([shape[0], weights.shape[0], weights.shape[1]])
        let each = g.broadcast(g.emit(.table(weights)), to: Shape([shape[0]] + weights.shape.dimensions))
        let flat = g.reshape(x, [shape[0], shape[1], shape[2] * shape[3]])
        return g.reshape(g.matmul(each, flat), [shape[0], weights.shape[0], shape[2], shape[3]])
    }

    /// x · weightsᵀ along the width, (width′, width).
    private func columns(_ x: Value, _ weights: Table) throws -> Value {
        let (g, shape) = (builder, shape(of: x))
        try requireAddressable([shape[0], shape[1], weights.shape[0], shape[3]])
        let flat = g.reshape(g.transpose(x, [0, 1, 3, 2]), [shape[0] * shape[1] * shape[3], shape[2]])
        let wide = g.matmul(flat, g.emit(.table(weights)), transposeRight: true)
        return g.transpose(g.reshape(wide, [shape[0], shape[1], shape[3], weights.shape[0]]), [0, 1, 3, 2])
    }

    /// The box of `size` from `start` on.
    func crop(_ x: Value, from start: [Int], to size: [Int]) -> Value {
        let shape = shape(of: x)
        return builder.slice(x, starts: [0] + start + [0], sizes: [shape[0]] + size + [shape[3]])
    }

    /// The middle of the image that has the ratio of `size`, resized to it (Keras' `smart_resize`).
    func resizeCropped(
        _ x: Value, to size: [Int], _ method: ResizeMethod = .bilinear, antialias: Bool = false
    ) throws -> Value {
        let input = shape(of: x).spatial
        let part = zip(input, aspect(of: size, in: input)).map { max(1, min($0, $1)) }
        let start = (0..<2).map { (input[$0] - part[$0]) / 2 }
        return try resize(crop(x, from: start, to: part), to: size, method, antialias: antialias, isKnown: false)
    }

    /// The image with bars of `fill` on both sides that give it the ratio of `size`, resized to it. Bars are of equal
    /// width, rounded down.
    func resizePadded(
        _ x: Value, to size: [Int], _ method: ResizeMethod, antialias: Bool, fill: Float
    ) throws -> Value {
        let input = shape(of: x).spatial
        let whole = aspect(of: size, in: input)
        var y = x
        for axis in 0..<2 where (whole[axis] - input[axis]) / 2 > 0 {
            var bar = shape(of: y).dimensions
            bar[axis + 1] = (whole[axis] - input[axis]) / 2
            try requireAddressable(zip(bar, shape(of: y).dimensions).map { 2 * $0 + $1 })
            let value = builder.constant(fill, Shape(bar))
            y = builder.concatenate([value, y, value], axis: axis + 1)
        }
        return try resize(y, to: size, method, antialias: antialias, isKnown: false)
    }

    /// The height that goes with the width, and the width that goes with the height, at the ratio of `size`.
    private func aspect(of size: [Int], in input: [Int]) -> [Int] {
        // Keras counts in single precision; what is beyond any image is only compared.
        func part(_ other: Int, _ own: Int, _ ratio: Int) -> Int {
            Int(min(Float(Double(other) * Double(own)) / Float(ratio), Float(1 << 40)))
        }
        return [part(input[1], size[0], size[1]), part(input[0], size[1], size[0])]
    }
}
