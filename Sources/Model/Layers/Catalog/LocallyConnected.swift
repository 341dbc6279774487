import Graph
import Tensors

/// A convolution whose every position has a kernel of its own. Bias (output…, filters); the kernel's stored form depends
/// on `implementation` (`LocalKernel`).
package struct LocallyConnected<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "LocallyConnected\(Rank.count)D" }
    let filters: Int
    let kernelSize: [Int]
    let strides: [Int]
    let padding: SpatialPadding
    let order: ChannelOrder
    let form: LocalKernel.Form
    let activation: Activation
    let weights: WeightSettings

    package init(_ config: inout LayerConfig) throws {
        filters = try config.int("filters")
        kernelSize = try config.ints("kernel_size", rank: Rank.count)
        strides = try config.ints("strides", rank: Rank.count, default: 1)
        padding = try SpatialPadding(&config)
        order = try ChannelOrder(&config)
        let implementation = try config.int("implementation", default: 1)
        guard let form = LocalKernel.Form(rawValue: implementation) else {
            throw config.error("\"implementation\" should be 1, 2 or 3, not \(implementation)")
        }
        guard form != .patches || padding == .valid else {
            throw config.error("\"padding\" should be \"valid\" with an \"implementation\" of 1")
        }
        self.form = form
        activation = try config.activation()
        weights = try WeightSettings(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        let windows = try LocalWindows(
            input: shape.spatial, window: kernelSize, strides: strides, padding: padding, in: scope)
        try scope.requireAddressable([shape[0]] + windows.output + [kernelSize.reduce(1, *), shape[-1]])
        try scope.requireAddressable([shape[0]] + windows.output + [filters])
        let local = LocalKernel(
            form: form, windows: windows, channels: shape[-1], filters: filters, isChannelsFirst: order.isFirst)
        let stored = try weights.kernel("kernel", try local.storedShape(in: scope), in: scope)
        let kernel = try local.perPosition(stored, in: scope)
        let g = scope.builder
        let patches = windows.patches(x, in: g)
        // (positions, batch, window · channels) × (positions, window · channels, filters)
        let y = g.transpose(g.matmul(g.transpose(patches, [1, 0, 2]), kernel), [1, 0, 2])
        let shaped = g.reshape(y, Shape([shape[0]] + windows.output + [filters]))
        return order.fromLast(try biased(shaped, windows.output, in: scope), activation, in: scope)
    }

    private func biased(_ y: Value, _ output: [Int], in scope: LayerScope) throws -> Value {
        guard let bias = try weights.bias(shape: Shape(output + [filters]), in: scope) else { return y }
        guard order.isFirst else { return scope.builder.add(y, bias) }
        // Keras reads the same numbers as (filters, output…) here.
        let read = scope.builder.reshape(bias, Shape([filters] + output))
        return scope.builder.add(y, scope.builder.transpose(read, Array(1...output.count) + [0]))
    }
}
