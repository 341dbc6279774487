import Graph
import Tensors

/// A convolution run backwards, from its output to its input; kernel (spatial…, filters, in), bias (filters,). Without
/// `output_padding` a `same` output is the input's extent times the stride, and a `valid` one as long as the windows
/// reach (at least that).
package struct TransposedConvolution<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "Conv\(Rank.count)DTranspose" }
    let filters: Int
    let outputPadding: [Int]?
    let settings: ConvolutionSettings
    let activation: Activation
    let weights: WeightSettings

    package init(_ config: inout LayerConfig) throws {
        filters = try config.int("filters")
        settings = try ConvolutionSettings(&config, rank: Rank.count)
        activation = try config.activation()
        weights = try WeightSettings(&config)
        try config.require("groups", toBe: 1)
        outputPadding =
            config.has("output_padding") ? try config.ints("output_padding", rank: Rank.count, minimum: 0) : nil
        if let outputPadding, zip(outputPadding, settings.strides).contains(where: { $0 >= $1 }) {
            throw config.error(
                "\"output_padding\" should be less than the strides of \(Shape(settings.strides)), not "
                    + "\(Shape(outputPadding))")
        }
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = settings.order.toLast(x, in: scope)
        let geometry = try geometry(of: scope.shape(of: x), in: scope)
        let kernel = try weights.kernel("kernel", geometry.kernelShape, in: scope)
        let bias = try weights.bias(filters, in: scope)
        try scope.requireAddressable(geometry.inputShape.dimensions)
        let y = scope.builder.emit(.convolutionInputGradient(geometry), [x, kernel])
        return settings.order.fromLast(bias.map { scope.builder.add(y, $0) } ?? y, activation, in: scope)
    }

    /// The convolution from this layer's output to its input.
    private func geometry(of x: Shape, in scope: LayerScope) throws -> ConvolutionGeometry {
        var result: (output: [Int], before: [Int], after: [Int]) = ([], [], [])
        for (axis, input) in x.spatial.enumerated() {
            guard
                let one = settings.padding.resolveTransposed(
                    input: input, window: settings.kernelSize[axis], stride: settings.strides[axis],
                    dilation: settings.dilations[axis], outputPadding: outputPadding?[axis])
            else {
                throw scope.error(
                    "an input of \(Shape(x.spatial)) has no transposed convolution with a window of "
                        + "\(Shape(settings.kernelSize)), strides of \(Shape(settings.strides))"
                        + (outputPadding.map { " and an output padding of \(Shape($0))" } ?? ""))
            }
            result.output.append(one.output)
            result.before.append(one.before)
            result.after.append(one.after)
        }
        return ConvolutionGeometry(
            batch: x[0], input: result.output, inputChannels: filters, output: x.spatial, outputChannels: x[-1],
            kernel: settings.kernelSize, strides: settings.strides, dilations: settings.dilations,
            paddingBefore: result.before, paddingAfter: result.after, groups: 1)
    }
}
