import Graph
import JSON
import Layers
import TestSupport
import Tensors
import Testing

@Suite struct LayerTests {
    @Test func everyLayerOfTheCatalogueIsTested() {
        // Functions called on tensors need settings of the call: the goldens of `KerasTests` hold them.
        let others = ["InputLayer", "TFOpLambda", "SlicingOpLambda"]
        #expect(Set(LayerCase.all.map(\.className) + others) == Set(LayerCatalog.classNames))
        #expect(LayerCatalog.classNames == LayerCatalog.classNames.sorted())
    }

    @Test(arguments: LayerCase.all) func shapesAndParameters(_ layer: LayerCase) throws {
        let check = try LayerCheck(
            layer.className, layer.config, inputs: layer.inputs, indices: layer.indices)
        #expect(check.outputShapes == [layer.output])
        let found = check.specs.map { "\($0.name) \($0.shape) \($0.role.rawValue) \(name(of: $0.initializer))" }
        #expect(found == layer.parameters)
        // A layer made of layers declares tensors below it.
        #expect(check.specs.allSatisfy { "\($0.layer)".hasPrefix("layer") && "\($0.path)" == "\($0.layer).\($0.name)" })
        #expect(check.updates.isEmpty)
    }

    private func name(of initializer: Initializer) -> String {
        switch initializer {
        case .zeros: "zeros"
        case .ones: "ones"
        case .glorotUniform: "glorotUniform"
        case .varianceScaling(scale: 2, mode: .fanIn, distribution: .truncatedNormal): "heNormal"
        default: "\(initializer)"
        }
    }

    @Test(arguments: LayerCase.all) func gradientsAndPlanInInference(_ layer: LayerCase) throws {
        let check = try LayerCheck(
            layer.className, layer.config, inputs: layer.inputs, indices: layer.indices)
        #expect(check.gradients.worst < 1e-6, "\(check.gradients)")
        #expect(check.mismatches.isEmpty)
    }

    @Test(arguments: LayerCase.all.filter { LayerCase.inferenceOnly.contains($0.className) })
    func whatCannotTrainSaysSo(_ layer: LayerCase) {
        let error = #expect(throws: LayerError.self) {
            try LayerCheck(layer.className, layer.config, inputs: layer.inputs, mode: .train)
        }
        #expect(error?.description.contains("take it out") == true)
    }

    @Test(arguments: LayerCase.all.filter { !LayerCase.inferenceOnly.contains($0.className) })
    func gradientsAndPlanInTraining(_ layer: LayerCase) throws {
        let check = try LayerCheck(
            layer.className, layer.config, inputs: layer.inputs, mode: .train, indices: layer.indices)
        #expect(check.outputShapes == [layer.output])
        #expect(check.gradients.worst < 1e-6, "\(check.gradients)")
        #expect(check.mismatches.isEmpty)
        let moves = layer.className == "BatchNormalization" && layer.config["mode"] == nil
        #expect(check.updates == (moves ? ["layer.moving_mean", "layer.moving_variance"] : []))
    }

    @Test func aFrozenNormalisationLeavesItsStatisticsAlone() throws {
        let frozen = try LayerCheck("BatchNormalization", [:], inputs: [[4, 3]], mode: .inference)
        #expect(frozen.updates.isEmpty)
        let plain = try LayerCheck("BatchNormalization", [:], inputs: [[4, 3]])
        #expect(frozen.output == plain.output)
        let adapting = try LayerCheck("BatchNormalization", [:], inputs: [[4, 3]], mode: .adapt)
        #expect(adapting.updates.count == 2)
        #expect(adapting.output != plain.output)
    }

    @Test func movingStatisticsMoveByTheMomentum() throws {
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: TraceOptions(isTraining: true) { _ in .train })
        let layer = try LayerCatalog.make(
            LayerSpecification(className: "BatchNormalization", name: "bn", config: ["momentum": 0.75]),
            generation: .keras3)
        _ = try scope.within("bn", className: "BatchNormalization") { try layer([g.input("x", [4, 1])], in: $0) }
        let interpreter = GraphInterpreter(
            inputs: ["x": [1, 2, 3, 6]],
            parameters: ["bn.gamma": [1], "bn.beta": [0], "bn.moving_mean": [7], "bn.moving_variance": [2]])
        let run = interpreter.run(g.build(outputs: scope.updates))
        // Mean 3, biased variance 3.5.
        #expect(run.output(.update("bn.moving_mean")) == [0.75 * 7 + 0.25 * 3])
        #expect(run.output(.update("bn.moving_variance")) == [0.75 * 2 + 0.25 * 3.5])
    }

    @Test func dropoutOnlyDropsInTraining() throws {
        let inference = try LayerCheck("Dropout", ["rate": 0.5], inputs: [[4, 50]])
        #expect(inference.output == inference.interpreter.inputs["x0"])
        let training = try LayerCheck("Dropout", ["rate": 0.5], inputs: [[4, 50]], mode: .train)
        let dropped = training.output.filter { $0 == 0 }.count
        #expect((60...140).contains(dropped))
        let none = try LayerCheck("Dropout", ["rate": 0], inputs: [[4, 50]], mode: .train)
        #expect(none.output == none.interpreter.inputs["x0"])
    }

    @Test func hardSigmoidMeansWhatItsGenerationMeant() throws {
        for (generation, slope) in [(KerasGeneration.keras1, 0.2), (.keras2, 0.2), (.keras3, 1.0 / 6)] {
            let check = try LayerCheck(
                "Activation", ["activation": "hard_sigmoid"], inputs: [[1, 7]], generation: generation)
            let x = try #require(check.interpreter.inputs["x0"])
            #expect(deviation(check.output, from: x.map { min(max(slope * $0 + 0.5, 0), 1) }) < 1e-6)
        }
    }

    @Test func samePaddingPutsTheOddPlaceAfter() throws {
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: .inference)
        let layer = try LayerCatalog.make(
            LayerSpecification(
                className: "Conv2D", name: "c", config: ["filters": 1, "kernel_size": [1, 2], "padding": "same"]),
            generation: .keras3)
        let y = try scope.within("c", className: "Conv2D") { try layer([g.input("x", [1, 1, 3, 1])], in: $0) }[0]
        let run = GraphInterpreter(
            inputs: ["x": [1, 2, 3]], parameters: ["c.kernel": [1, 10], "c.bias": [0]]
        ).run(g.build(outputs: [GraphOutput(.result("y"), y)]))
        #expect(run.result("y") == [21, 32, 3])
    }

    /// A depthwise kernel's filter for channel c is its own slice, channels in order.
    @Test func depthwiseFiltersBelongToTheirChannel() throws {
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: .inference)
        let layer = try LayerCatalog.make(
            LayerSpecification(
                className: "DepthwiseConv2D", name: "d",
                config: ["kernel_size": 1, "depth_multiplier": 2, "use_bias": false]), generation: .keras3)
        let y = try scope.within("d", className: "D") { try layer([g.input("x", [1, 1, 1, 2])], in: $0) }[0]
        let run = GraphInterpreter(
            inputs: ["x": [10, 100]], parameters: ["d.depthwise_kernel": [1, 2, 3, 4]]
        ).run(g.build(outputs: [GraphOutput(.result("y"), y)]))
        #expect(run.result("y") == [10, 20, 300, 400])
    }
}
