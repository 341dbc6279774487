import Graph
import JSON
import Layers
import TestSupport
import Tensors
import Testing

/// Constraints, regularizers and initializers: what a config says about training alone.
@Suite struct TrainingRulesTests {
    /// The columns of (2, 3): norms 5, 0.5 and 0.
    private static let weights: [Float] = [3, 0.3, 0, -4, 0.4, 0]

    static let constraints: [(JSON, [Float])] = [
        ("NonNeg", [3, 0.3, 0, 0, 0.4, 0]), ("non_neg", [3, 0.3, 0, 0, 0.4, 0]),
        (["class_name": "UnitNorm", "config": ["axis": 0]], [0.6, 0.6, 0, -0.8, 0.8, 0]),
        (["class_name": "MaxNorm", "config": ["max_value": 2, "axis": 0]], [1.2, 0.3, 0, -1.6, 0.4, 0]),
        (["name": "MaxNorm", "m": 2, "axis": 0], [1.2, 0.3, 0, -1.6, 0.4, 0]),
        (
            ["class_name": "MinMaxNorm", "config": ["min_value": 1, "max_value": 2, "rate": 0.5, "axis": 0]],
            [2.1, 0.45, 0, -2.8, 0.6, 0]
        ),
        (
            ["class_name": "MaxNorm", "config": ["max_value": 5, "axis": [0, 1]]],
            [2.98511, 0.298511, 0, -3.98015, 0.398015, 0]
        ),
    ]

    @Test(arguments: constraints) func constraintsFollowKerasFormulas(_ test: (JSON, [Float])) throws {
        let rules = LayerSpecification(
            className: "Dense", name: "d", config: ["units": 3, "kernel_constraint": test.0])
        let model = try sequential("m", [2], rules)
        let spec = try #require(try LayerRegistry(model).parameters["d.kernel"])
        let constraint = try #require(spec.constraint)
        var values = TrainingRulesTests.weights
        values.withUnsafeMutableBufferPointer { constraint.apply(to: $0.baseAddress!, shape: [2, 3]) }
        #expect(zip(values, test.1).allSatisfy { abs($0 - $1) < 1e-5 }, "\(values)")
        #expect(try LayerRegistry(model).parameters["d.bias"]?.constraint == nil)
    }

    @Test func whatIsNotKnownIsKeptAndSaid() throws {
        let config: JSON = [
            "units": 2, "kernel_constraint": ["class_name": "Custom>Odd", "config": [:]], "bias_constraint": "NonNeg",
            "kernel_regularizer": "entropy", "activity_regularizer": "l2",
        ]
        let layer = LayerSpecification(className: "Dense", name: "d", config: config)
        let notes = TrainingRules(layer).notes
        #expect(notes.count == 2)
        #expect(notes.first?.hasPrefix("layer \"d\": its kernel_constraint") == true)
        #expect(notes.last?.contains("its kernel_regularizer \"entropy\" is not known") == true)
        let model = try sequential("m", [3], layer)
        #expect(try LayerRegistry(model).parameters.count == 2)
        let again = message {
            _ = try model.appending(head: [LayerSpecification(className: "Dense", name: "h", config: config)])
        }
        #expect(again.contains("its kernel_constraint"))
    }

    @Test func anUnknownInitializerMattersOnlyForFreshValues() throws {
        let layer = LayerSpecification(
            className: "Dense", name: "d", config: ["units": 2, "kernel_initializer": "chaos"])
        let store = ParameterStore(try LayerRegistry(try sequential("m", [3], layer)).parameters)
        try store.initialize(seed: 1) { $0.name == "bias" }
        let text = message { try store.initialize(seed: 1) }
        #expect(text.hasPrefix("d.kernel needs fresh values") && text.contains("the initializer \"chaos\""))
    }

    /// The two vectors are (1, 1) and (2, 1): rows of one matrix, columns of the other.
    @Test(arguments: [(true, [1.0, 1, 2, 1]), (false, [1.0, 2, 1, 1])])
    func orthogonalRegularizersMeasureCosines(ofRows: Bool, values: [Double]) throws {
        let g = GraphBuilder()
        let regularizer = Regularizer(l1: 0, l2: 0, orthogonal: .init(factor: 0.5, ofRows: ofRows))
        let penalty = try #require(regularizer.penalty(of: g.input("w", [2, 2]), in: g))
        let run = GraphInterpreter(inputs: ["w": values]).run(g.build(outputs: [GraphOutput(.result("p"), penalty)]))
        #expect(abs(try #require(run.result("p"))[0] - 0.5 * 3 / 10.0.squareRoot()) < 1e-6)
    }

    @Test func activitiesAreRegularizedPerExample() throws {
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: TraceOptions(isTraining: true) { _ in .train })
        let model = try sequential(
            "m", [2],
            LayerSpecification(
                className: "Activation", name: "a",
                config: ["activation": "linear", "activity_regularizer": ["class_name": "L1", "config": ["l1": 0.5]]]),
            LayerSpecification(className: "ActivityRegularization", name: "b", config: ["l2": 2]))
        _ = try model.trace([g.input("x", [2, 2])], in: scope)
        let outputs = scope.losses.enumerated().map { GraphOutput(.result("l\($0.offset)"), $0.element) }
        let run = GraphInterpreter(inputs: ["x": [1, -2, 3, 4]]).run(g.build(outputs: outputs))
        #expect(run.result("l0") == [1.5, 3.5])
        #expect(run.result("l1") == [10, 50])
        let quiet = LayerScope(builder: GraphBuilder(), options: .inference)
        _ = try model.trace([quiet.builder.input("x", [2, 2])], in: quiet)
        #expect(quiet.losses.isEmpty)
    }

    @Test func renormalisationMovesAllItsStatistics() throws {
        let check = try LayerCheck(
            "BatchNormalization", ["renorm": true, "renorm_clipping": ["rmax": 1.2, "dmax": 0.1]], inputs: [[5, 3]],
            mode: .train)
        #expect(
            Set(check.updates.map(\.description))
                == Set(
                    ["moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev"].map {
                        "layer." + $0
                    }))
        #expect(check.mismatches.isEmpty)
    }

    /// TensorFlow's fused kernel, which Keras 2 takes for images, knows no smaller epsilon than 1.001e-5.
    @Test func theFusedKernelHasAFloorUnderEpsilon() throws {
        func output(_ generation: KerasGeneration, _ shape: Shape) throws -> [Double] {
            let g = GraphBuilder()
            let scope = LayerScope(builder: g, options: .inference)
            let layer = try LayerCatalog.make(
                LayerSpecification(
                    className: "BatchNormalization", name: "n",
                    config: ["epsilon": 1e-6, "scale": false, "center": false]), generation: generation)
            let y = try scope.within("n", className: "B") { try layer([g.input("x", shape)], in: $0) }[0]
            return GraphInterpreter(
                inputs: ["x": [1]], parameters: ["n.moving_mean": [0], "n.moving_variance": [1e-5]]
            ).run(g.build(outputs: [GraphOutput(.result("y"), y)])).result("y")!
        }
        func inverse(_ epsilon: Double) -> [Double] { [1 / (1e-5 + epsilon).squareRoot()] }
        #expect(deviation(try output(.keras2, [1, 1, 1, 1]), from: inverse(1.001e-5)) < 1e-6)
        #expect(deviation(try output(.keras2, [1, 1]), from: inverse(1e-6)) < 1e-6)
        #expect(deviation(try output(.keras3, [1, 1, 1, 1]), from: inverse(1e-6)) < 1e-6)
    }

    @Test func masksMergeAsTheirKerasSays() throws {
        func merged(_ className: String, _ generation: KerasGeneration, masked: [Bool]) throws -> (
            mask: [Double]?, y: [Double]
        ) {
            let g = GraphBuilder()
            let scope = LayerScope(builder: g, options: .inference)
            let inputs = [g.input("a", [1, 3, 1]), g.input("b", [1, 3, 1])]
            for (index, isMasked) in masked.enumerated() where isMasked {
                scope.setMask(g.input("m\(index)", [1, 3]), of: inputs[index])
            }
            let layer = try LayerCatalog.make(
                LayerSpecification(className: className, name: "l"), generation: generation)
            let y = try scope.within("l", className: className) { try layer(inputs, in: $0) }[0]
            let mask = scope.mask(of: y)
            let outputs = [GraphOutput(.result("y"), y)] + (mask.map { [GraphOutput(.result("m"), $0)] } ?? [])
            let run = GraphInterpreter(
                inputs: ["a": [1, 2, 3], "b": [4, 1, 6], "m0": [1, 1, 0], "m1": [1, 0, 0]]
            ).run(g.build(outputs: outputs))
            return (run.result("m"), run.result("y")!)
        }
        #expect(try merged("Add", .keras2, masked: [true, true]).mask == [1, 0, 0])
        #expect(try merged("Add", .keras3, masked: [true, true]).mask == [1, 1, 0])
        #expect(try merged("Add", .keras2, masked: [false, true]).mask == [1, 0, 0])
        #expect(try merged("Add", .keras3, masked: [false, true]).mask == nil)
        #expect(try merged("Multiply", .keras3, masked: [true, true]).y == [4, 2, 0])
        #expect(try merged("Multiply", .keras2, masked: [true, true]).y == [4, 2, 18])
        #expect(try merged("Minimum", .keras3, masked: [false, true]).y == [1, 2, 3])
        #expect(try merged("Minimum", .keras2, masked: [false, true]).y == [1, 1, 3])
        #expect(try merged("Concatenate", .keras2, masked: [true, true]).mask == [1, 0, 0])
        #expect(try merged("Concatenate", .keras3, masked: [true, true]).mask == [1, 1, 0])
    }
}
