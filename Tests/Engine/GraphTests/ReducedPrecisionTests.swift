import Graph
import TestSupport
import Tensors
import Testing

/// What becomes bfloat16, and what does not.
@Suite struct ReducedPrecisionTests {
    /// A network of two convolutions and two products, with its loss and all gradients; a normalisation by the batch
    /// behind the second convolution.
    private func network() -> Graph {
        let g = GraphBuilder()
        var parameters: [ParameterPath] = []
        var values: [Value] = []
        func parameter(_ path: ParameterPath, _ shape: Shape) -> Value {
            parameters.append(path)
            values.append(g.parameter(path, shape))
            return values.last!
        }
        func convolution(_ x: Value, _ size: Int, _ channels: Int, _ filters: Int, _ name: String) -> Value {
            let geometry = ConvolutionGeometry(
                batch: 64, input: [size, size], inputChannels: channels, output: [size, size],
                outputChannels: filters, kernel: [3, 3], strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1],
                paddingAfter: [1, 1], groups: 1)
            return g.emit(
                .convolution(geometry, hasBias: true, activation: nil),
                [
                    x, parameter(ParameterPath(name + ".kernel"), geometry.kernelShape),
                    parameter(ParameterPath(name + ".bias"), [filters]),
                ])
        }
        func pooled(_ x: Value, _ size: Int, _ channels: Int) -> Value {
            let geometry = PoolingGeometry(
                batch: 64, input: [size, size], output: [size / 2, size / 2], channels: channels, window: [2, 2],
                strides: [2, 2], paddingBefore: [0, 0], paddingAfter: [0, 0])
            return g.emit(.pooling(.maximum, geometry, keepsIndices: true), [x])
        }
        var x = pooled(g.unary(.relu(), convolution(g.input("x0", [64, 16, 16, 1]), 16, 1, 16, "first")), 16, 16)
        let norm = BatchNormAttributes(epsilon: 1e-3, hasScale: true, hasOffset: true)
        x = convolution(x, 8, 16, 32, "second")
        x = g.emit(.batchNormTraining(norm), [x, parameter("norm.gamma", [32]), parameter("norm.beta", [32])])
        x = g.emit(.dropout(rate: 0.5, substream: 3), [pooled(g.unary(.relu(), x), 8, 32)])
        x = g.reshape(x, [64, 512])
        let dense = [parameter("dense.kernel", [512, 128]), parameter("dense.bias", [128])]
        x = g.unary(.relu(), g.emit(.linear(hasBias: true, activation: nil), [x] + dense))
        x = g.emit(
            .linear(hasBias: true, activation: nil),
            [x, parameter("head.kernel", [128, 10]), parameter("head.bias", [10])])
        let losses = g.emitAll(.sparseCrossEntropy(labelSmoothing: 0), [x, g.input("y", [64])])
        let loss = g.mean(losses[0], axes: [0])
        let gradients = g.gradients(of: loss, withRespectTo: values)
        return g.build(
            outputs: [GraphOutput(.result("loss"), loss), GraphOutput(.result("features"), x)]
                + zip(parameters, gradients).map { GraphOutput(.gradient($0), $1!) })
    }

    private func reduced() throws -> Graph {
        try network().applying(Pass.standard(constants: [], precision: .bfloat16))
    }

    @Test func whatLiesBetweenConvolutionsIsBFloat16() throws {
        let graph = try reduced()
        func types(_ name: String) -> Set<String> {
            Set(
                graph.nodes.filter { $0.op.name == name }.map { node in
                    "\(graph.type(of: node.inputs[0]).dataType) \(node.outputs[0].dataType)"
                })
        }
        for name in [
            "convolution", "convolutionInputGradient", "pooling", "poolingGradient", "batchNormTraining",
            "batchNormGradient", "dropout", "unary", "unaryGradient",
        ] {
            let found = types(name)
            // The rectifier behind the products is theirs, and its gradient float32.
            let mayBeWhole = ["dropout", "unaryGradient", "poolingGradient"].contains(name)
            #expect(found.contains("bfloat16 bfloat16"), "\(name): \(found)")
            #expect(mayBeWhole || found.count == 1, "\(name): \(found)")
        }
        #expect(types("convolutionKernelGradient") == ["bfloat16 float32"])
        // The large one and its gradients multiply bfloat16; the head is too small.
        #expect(types("linear") == ["bfloat16 float32", "float32 float32"])
        #expect(types("matmul") == ["bfloat16 float32", "float32 float32"])
        #expect(types("sparseCrossEntropy") == ["float32 float32"])
    }

    /// One cast of the input, the large kernel, and where products and the rest meet: no value is cast twice.
    @Test func castsAreFew() throws {
        let graph = try reduced()
        let casts = graph.nodes.filter { if case .cast = $0.op { true } else { false } }
        #expect(Set(casts.map(\.inputs)).count == casts.count)
        #expect(casts.count <= 7, "\(casts.map { "\($0.op) \($0.inputs.map(graph.type))" })")
        #expect(
            graph.nodes.allSatisfy { node in
                guard case .cast = node.op else { return true }
                return graph.type(of: node.inputs[0]).dataType != node.outputs[0].dataType
            })
    }

    @Test func everythingThatHasARoleIsFloat32() throws {
        let graph = try reduced()
        for output in graph.outputs { #expect(graph.type(of: output.value).dataType == .float32) }
        #expect(Set(graph.outputs.map(\.role)) == Set(network().outputs.map(\.role)))
    }

    @Test func float32StaysAsItIs() throws {
        let plain = try network().applying(Pass.standard)
        #expect(plain.nodes == (try network().applying(Pass.standard(constants: [], precision: .float32))).nodes)
        #expect(!plain.nodes.contains { node in node.outputs.contains { $0.dataType == .bfloat16 } })
    }

    /// A graph too small for it has no casts at all.
    @Test(arguments: 0..<20) func whatIsNotWorthItStays(_ seed: Int) throws {
        let random = RandomGraph(seed: seed)
        let plain = try random.graph.applying(Pass.standard)
        #expect(try random.graph.applying(Pass.standard(constants: [], precision: .bfloat16)).nodes == plain.nodes)
    }

    /// Whatever a graph is made of, casts make its types fit; `applying` verifies that.
    @Test(arguments: 0..<60) func everyGraphCanBeReduced(_ seed: Int) throws {
        let random = RandomGraph(seed: seed, operations: 16)
        let graph = try random.graph.applying(
            Array(Pass.standard.dropLast()) + [.reducedPrecision(from: 1), .distinctGradients])
        #expect(Set(graph.outputs.map(\.role)) == Set(random.graph.outputs.map(\.role)))
    }

    @Test func typesAreVerified() throws {
        let g = GraphBuilder()
        let x = g.input("x", [4, 3])
        let half = g.emit(.cast(.bfloat16), [x])
        #expect(g.type(of: half) == ValueType([4, 3], .bfloat16))
        #expect(g.type(of: half).bytes == 24)
        let (whole, narrow) = (ValueType([4, 3]), ValueType([4, 3], .bfloat16))
        for op in [Op.softmax, .binary(.add), .unaryGradient(.relu()), .concatenate(axis: 0)] {
            #expect(throws: GraphError.self) { try op.outputTypes([narrow, whole]) }
        }
        // Only what repeats may be of another type, and only float32.
        #expect(try Op.binary(.add).outputTypes([narrow, ValueType([3])]) == [narrow])
        #expect(throws: GraphError.self) { try Op.binary(.add).outputTypes([whole, ValueType([3], .bfloat16)]) }
        #expect(throws: GraphError.self) { try Op.cast(.int8).outputTypes([whole]) }
        #expect(
            try Op.matmul(transposeLeft: true, transposeRight: false).outputTypes([narrow, narrow])
                == [[3, 3]].map { ValueType($0) })
        let graph = g.build(outputs: [GraphOutput(.result("y"), half)])
        #expect(throws: GraphVerificationError.self) { try graph.verify(after: "a test") }
    }
}
