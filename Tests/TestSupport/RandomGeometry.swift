import Tensors

extension ConvolutionGeometry {
    /// A small convolution with random extents, strides, dilations, padding and groups.
    package static func random(rank: Int, _ random: inout TestValues) -> ConvolutionGeometry {
        let groups = random.choice([1, 1, 2, 3])
        let kernel = random.integers(rank, in: 1...3)
        let strides = random.integers(rank, in: 1...3)
        let dilations = random.integers(rank, in: 1...2)
        let before = zip(kernel, dilations).map { random.integer(in: 0...max(($0 - 1) * $1, 0)) }
        let after = zip(kernel, dilations).map { random.integer(in: 0...max(($0 - 1) * $1, 0)) }
        let extents = zip(kernel, dilations).map { ($0 - 1) * $1 + 1 }
        let input = extents.map { $0 + random.integer(in: 0...2) }
        let output = extents.indices.map { axis -> Int in
            let free = input[axis] + before[axis] + after[axis] - extents[axis]
            return free / strides[axis] + 1
        }
        return ConvolutionGeometry(
            batch: random.integer(in: 1...2), input: input, inputChannels: groups * random.integer(in: 1...2),
            output: output, outputChannels: groups * random.integer(in: 1...2), kernel: kernel, strides: strides,
            dilations: dilations, paddingBefore: before, paddingAfter: after, groups: groups)
    }
}

extension PoolingGeometry {
    /// A small pooling with random extents, strides and padding; no window lies wholly in the padding.
    package static func random(rank: Int, _ random: inout TestValues) -> PoolingGeometry {
        let window = random.integers(rank, in: 1...3)
        let strides = random.integers(rank, in: 1...3)
        let before = window.map { random.integer(in: 0...$0 / 2) }
        let after = window.map { random.integer(in: 0...$0 / 2) }
        let input = window.map { $0 + random.integer(in: 0...2) }
        let output = window.indices.map { axis -> Int in
            let free = input[axis] + before[axis] + after[axis] - window[axis]
            return free / strides[axis] + 1
        }
        return PoolingGeometry(
            batch: random.integer(in: 1...2), input: input, output: output, channels: random.integer(in: 1...3),
            window: window, strides: strides, paddingBefore: before, paddingAfter: after)
    }
}
