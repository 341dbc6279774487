import Graph
import TestSupport
import Tensors
import Testing

/// An operation on inputs it does not take.
struct Misfit: Sendable, CustomStringConvertible {
    let op: Op
    let inputs: [Shape]
    init(_ op: Op, _ inputs: Shape...) { (self.op, self.inputs) = (op, inputs) }
    var description: String { "\(op.name) of \(inputs)" }
}

@Suite struct ShapeRuleTests {
    static let geometry = ConvolutionGeometry(
        batch: 1, input: [4, 4], inputChannels: 2, output: [2, 2], outputChannels: 3, kernel: [3, 3], strides: [1, 1],
        dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 1)
    static let window = PoolingGeometry(
        batch: 1, input: [4, 4], output: [2, 2], channels: 2, window: [2, 2], strides: [2, 2], paddingBefore: [0, 0],
        paddingAfter: [0, 0])
    static let sampling = AffineSampling(height: 4, width: 5, interpolation: .nearest, fill: .wrap)
    static let plain = BatchNormAttributes(epsilon: 1e-3, hasScale: true, hasOffset: true)

    static let misfits: [Misfit] = [
        Misfit(.constant(1, [2]), [2]), Misfit(.unary(.relu)), Misfit(.unary(.relu), [2], [2]),
        Misfit(.unaryGradient(.relu), [2], [3]), Misfit(.binary(.add), [2], [3]), Misfit(.binary(.add), [2]),
        Misfit(.scale(2), [2], [2]), Misfit(.identity), Misfit(.dropout(rate: 0.5, substream: 0)),
        Misfit(.matmul(transposeLeft: false, transposeRight: false), [2, 3], [4, 5]),
        Misfit(.matmul(transposeLeft: true, transposeRight: false), [2, 3], [3, 5]),
        Misfit(.matmul(transposeLeft: false, transposeRight: false), [3], [3]),
        Misfit(.matmul(transposeLeft: false, transposeRight: false), [2, 2, 3], [3, 3, 4]),
        Misfit(.matmul(transposeLeft: false, transposeRight: false), [2, 2, 3], [3, 4]),
        Misfit(.linear(hasBias: true, activation: nil), [2, 3], [3, 4]),
        Misfit(.linear(hasBias: true, activation: nil), [2, 3], [3, 4], [3]),
        Misfit(.linear(hasBias: false, activation: nil), [2, 2, 3], [3, 4]),
        Misfit(.convolution(geometry, hasBias: false, activation: nil), [1, 4, 4, 3], [3, 3, 2, 3]),
        Misfit(.convolution(geometry, hasBias: false, activation: nil), [1, 4, 4, 2], [3, 3, 2, 4]),
        Misfit(.convolution(geometry, hasBias: true, activation: nil), [1, 4, 4, 2], [3, 3, 2, 3], [2]),
        Misfit(.convolutionInputGradient(geometry), [1, 4, 4, 2], [3, 3, 2, 3]),
        Misfit(.convolutionKernelGradient(geometry, hasBias: true), [1, 4, 4, 2], [1, 4, 4, 2]),
        Misfit(.pooling(.average, window, keepsIndices: false), [1, 4, 4, 3]),
        Misfit(.poolingGradient(.maximum, window), [1, 2, 2, 2]),
        Misfit(.poolingGradient(.maximum, window), [1, 2, 2, 2], [1, 2, 2, 2]),
        Misfit(.reshape([5]), [2, 3]), Misfit(.transpose([0, 0]), [2, 3]), Misfit(.transpose([0]), [2, 3]),
        Misfit(.slice(starts: [1], sizes: [2], strides: [1]), [2]),
        Misfit(.slice(starts: [0], sizes: [2], strides: [1]), [2, 2]),
        Misfit(.slice(starts: [-1], sizes: [1], strides: [1]), [2]),
        Misfit(.slice(starts: [0], sizes: [3], strides: [2]), [4]),
        Misfit(.slice(starts: [0], sizes: [1], strides: [0]), [4]),
        Misfit(.slice(starts: [0], sizes: [2], strides: [1, 1]), [4]),
        Misfit(.pad(before: [1], after: [1], interior: [0]), [2, 2]),
        Misfit(.pad(before: [1], after: [-1], interior: [0]), [2]),
        Misfit(.pad(before: [1], after: [1], interior: [-1]), [2]),
        Misfit(.reverse(axes: [2]), [2, 2]), Misfit(.reverse(axes: [0, 0]), [2, 2]),
        Misfit(.table(Table(shape: [2], values: [1, 2])), [2]),
        Misfit(.random(.uniform, [2], substream: 0), [2]),
        Misfit(.select, [2], [2]), Misfit(.select, [2], [2], [3]), Misfit(.select, [2, 1], [2], [2]),
        Misfit(.gather, [2, 3]), Misfit(.gather, .scalar, [2]),
        Misfit(.scatterAdd(rows: 3), [2], [3, 2]), Misfit(.scatterAdd(rows: 3), [2, 2], [2]),
        Misfit(.affineSample(sampling), [2, 3, 3], [2, 8]), Misfit(.affineSample(sampling), [2, 3, 3, 1], [1, 8]),
        Misfit(.affineSampleGradient(sampling, input: [3, 3]), [2, 4, 4, 1], [2, 8]),
        Misfit(.affineSampleGradient(sampling, input: [3]), [2, 4, 5, 1], [2, 8]),
        Misfit(.concatenate(axis: 0)), Misfit(.concatenate(axis: 2), [2, 2], [2, 2]),
        Misfit(.concatenate(axis: 0), [2, 2], [2, 3]), Misfit(.concatenate(axis: 0), [2, 2], [2]),
        Misfit(.reduce(.sum, axes: [1, 0]), [2, 2]), Misfit(.reduce(.sum, axes: [2]), [2, 2]),
        Misfit(.reduce(.sum, axes: [0, 0]), [2, 2]), Misfit(.expand(shape: [2, 3], axes: [0], scale: 1), [2]),
        Misfit(.batchNormInference(plain, activation: nil), [2, 3], [3], [3], [3]),
        Misfit(.batchNormTraining(plain), [2, 3], [3], [2]), Misfit(.batchNormTraining(plain)),
        Misfit(.batchNormTraining(plain), .scalar, [3], [3]),
        Misfit(.batchNormGradient(plain, training: true, wants: []), [2, 3], [3], [3], [3], [2, 3]),
        Misfit(.batchNormGradient(plain, training: true, wants: .input), [2, 3], [3], [3], [3], [2, 2]),
        Misfit(.softmax), Misfit(.softmaxGradient, [2, 3], [3]),
        Misfit(.sparseCrossEntropy(labelSmoothing: 0), [2, 3], [2, 3]),
        Misfit(.sparseCrossEntropyGradient(labelSmoothing: 0), [2, 3], [2], [3]),
        Misfit(.categoricalCrossEntropy(labelSmoothing: 0), [2, 3], [2]),
        Misfit(.categoricalCrossEntropyGradient(labelSmoothing: 0), [2, 3], [2, 3]),
        Misfit(.binaryCrossEntropy, [2], [3]), Misfit(.binaryCrossEntropyGradient, [2], [2]),
    ]

    @Test(arguments: misfits) func whatDoesNotFitIsRefusedByName(_ misfit: Misfit) {
        let error = #expect(throws: GraphError.self) { try misfit.op.outputTypes(misfit.inputs.map { ValueType($0) }) }
        #expect(error?.description.hasPrefix("\(misfit.op.name) of ") ?? false)
    }

    static let fits: [(Op, [Shape], Shape)] = [
        (.slice(starts: [1, 0], sizes: [2, 2], strides: [3, 2]), [[5, 3]], [2, 2]),
        (.slice(starts: [2], sizes: [0], strides: [5]), [[2]], [0]),
        (.pad(before: [1], after: [2], interior: [3]), [[3]], [12]),
        (.pad(before: [1], after: [2], interior: [3]), [[0]], [3]),
        (.gather, [[7, 2, 3], [4, 5]], [4, 5, 2, 3]), (.gather, [[7], .scalar], .scalar),
        (.scatterAdd(rows: 7), [[4, 5], [4, 5, 2, 3]], [7, 2, 3]), (.scatterAdd(rows: 7), [.scalar, .scalar], [7]),
        (.select, [[2, 3], .scalar, [2, 3]], [2, 3]), (.select, [.scalar, .scalar, .scalar], .scalar),
        (.affineSample(sampling), [[2, 3, 3, 1], [2, 8]], [2, 4, 5, 1]),
        (.affineSampleGradient(sampling, input: [3, 6]), [[2, 4, 5, 1], [2, 8]], [2, 3, 6, 1]),
    ]

    @Test(arguments: fits) func whatFitsHasItsShape(_ op: Op, _ inputs: [Shape], _ output: Shape) throws {
        #expect(try op.outputTypes(inputs.map { ValueType($0) }) == [ValueType(output)], "\(op)")
    }

    @Test func aGradientHasTheShapeOfItsOperand() throws {
        for seed in 0..<10 {
            let graph = RandomGraph(seed: seed).graph
            for output in graph.outputs {
                guard case .gradient(let path) = output.role else { continue }
                let parameter = graph.nodes.first { $0.op == .parameter(path, graph.type(of: output.value).shape) }
                #expect(parameter != nil, "\(path)")
            }
        }
    }

    @Test func indicesAreBytesWhereTheWindowAllowsIt() throws {
        let small = try Op.pooling(.maximum, Self.window, keepsIndices: true).outputTypes([ValueType([1, 4, 4, 2])])
        #expect(small == [ValueType([1, 2, 2, 2]), ValueType([1, 2, 2, 2], .uint8)])
        let large = PoolingGeometry(
            batch: 1, input: [16, 16], output: [1, 1], channels: 1, window: [16, 16], strides: [16, 16],
            paddingBefore: [0, 0], paddingAfter: [0, 0])
        let types = try Op.pooling(.maximum, large, keepsIndices: true).outputTypes([ValueType([1, 16, 16, 1])])
        #expect(types[1].dataType == .int32)
    }
}
