import Glibc
import Graph
import Runtime
import TestSupport
import Tensors
import Testing

@Suite struct PlanTests {
    @Test(arguments: 0..<80) func aPlanGivesWhatTheInterpreterGives(_ seed: Int) throws {
        let random = RandomGraph(seed: seed, operations: 8 + seed % 12, isPadded: seed % 3 == 0)
        let found = try BoundPlan(random).outputs()
        let mismatches = random.interpreter.run(random.graph).mismatches(found)
        #expect(mismatches.isEmpty, "\(random)")
    }

    /// What neither trains nor moves is folded, packed and worked out once; changed, it is so again.
    @Test(arguments: 0..<60) func constantsAreWorkedOutOnce(_ seed: Int) throws {
        let random = RandomGraph(seed: seed, operations: 8 + seed % 12)
        var constants = Set(random.interpreter.parameters.keys)
        for output in random.graph.outputs {
            switch output.role {
            case .gradient(let path), .update(let path): constants.remove(path)
            case .result: break
            }
        }
        let bound = try BoundPlan(random.graph, random.interpreter, constants: constants)
        bound.run()
        let first = random.interpreter.run(random.graph).mismatches(bound.outputs())
        #expect(first.isEmpty, "\(random)")
        let other = try BoundPlan(random.graph, random.interpreter, constants: constants)
        var moved = random.interpreter
        other.run()
        for path in constants {
            let values = moved.parameters[path]!.map { $0 * 0.875 }
            moved.parameters[path] = values
            for (index, value) in values.enumerated() { other.memory.parameter(path)[index] = Float(value) }
        }
        other.plan.constantsChanged()
        let second = moved.run(random.graph).mismatches(other.outputs())
        #expect(second.isEmpty, "\(random)")
    }

    /// A base that stands still, with a gradient that goes through it: what a step gives is what it gives unfolded, to a
    /// few roundings, and its bits do not depend on when the constants were worked out.
    @Test func aFoldedBaseGivesTheSame() throws {
        let g = GraphBuilder()
        var random = TestValues(seed: 5)
        var interpreter = GraphInterpreter()
        func parameter(_ name: String, _ shape: Shape, positive: Bool = false) -> Value {
            interpreter.parameters[ParameterPath(name)] =
                positive ? random.uniform(shape.count, in: 0.5...2) : random.normal(shape.count, scale: 0.5)
            return g.parameter(ParameterPath(name), shape)
        }
        interpreter.inputs["x"] = random.normal(2 * 8 * 8 * 3)
        var y = g.multiply(g.input("x", [2, 8, 8, 3]), parameter("trained", [3]))
        for layer in 0..<3 {
            let geometry = ConvolutionGeometry(
                batch: 2, input: [8, 8], inputChannels: layer == 0 ? 3 : 20, output: [8, 8], outputChannels: 20,
                kernel: [3, 3], strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1],
                groups: 1)
            y = g.emit(
                .convolution(geometry, hasBias: false, activation: nil),
                [y, parameter("kernel\(layer)", geometry.kernelShape)])
            let attributes = BatchNormAttributes(epsilon: 1e-3, hasScale: true, hasOffset: true)
            let affine = ["gamma", "beta", "mean"].map { parameter("\($0)\(layer)", [20]) }
            y = g.emit(
                .batchNormInference(attributes, activation: nil),
                [y] + affine + [parameter("variance\(layer)", [20], positive: true)])
            y = g.unary(.relu(maximum: 6), y)
        }
        let loss = g.mean(y, axes: [0, 1, 2, 3])
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [g.parameter("trained", [3])])[0])
        let graph = g.build(outputs: [
            GraphOutput(.result("y"), y), GraphOutput(.result("loss"), loss),
            GraphOutput(.gradient("trained"), gradient),
        ])
        let constants = Set(interpreter.parameters.keys).subtracting(["trained"])
        let folded = try BoundPlan(graph, interpreter, constants: constants)
        let names = folded.plan.graph.nodes.map(\.op.name)
        #expect(!names.contains { $0.hasPrefix("batchNorm") })
        let found = folded.outputs()
        let plain = try BoundPlan(graph, interpreter).outputs()
        for (role, values) in plain {
            let wanted = values.map(Double.init)
            #expect(deviation(try #require(found[role]).map(Double.init), from: wanted) < 2e-6, "\(role)")
        }
        #expect(interpreter.run(graph).mismatches(found, tolerance: 3e-6).isEmpty)
        #expect(folded.outputs() == found)
        folded.plan.constantsChanged()
        #expect(folded.outputs() == found)
    }

    @Test(arguments: 0..<10) func runningAgainGivesTheSameBits(_ seed: Int) throws {
        let random = RandomGraph(seed: seed)
        let first = try BoundPlan(random)
        let second = try BoundPlan(random)
        second.run()
        second.run()
        #expect(first.outputs() == second.outputs())
    }

    @Test(arguments: 0..<30) func whatStandsInThePaddingDoesNotMatter(_ seed: Int) throws {
        let random = RandomGraph(seed: seed, isPadded: true)
        var other = random.interpreter
        for name in other.inputs.keys where !name.hasPrefix("target") && name != "weights" {
            let example = other.inputs[name]!.count / random.batch
            for index in (random.batch - 1) * example..<random.batch * example { other.inputs[name]![index] = 0 }
        }
        let (first, second) = (try BoundPlan(random), try BoundPlan(random.graph, other))
        let (a, b) = (first.outputs(), second.outputs())
        for output in random.graph.outputs {
            guard case .result(let name) = output.role, name != "loss" else {
                #expect(a[output.role] == b[output.role], "\(output.role)")
                continue
            }
            let count = random.graph.type(of: output.value).shape.count / random.batch * (random.batch - 1)
            #expect(a[output.role]?.prefix(count) == b[output.role]?.prefix(count), "\(output.role)")
        }
    }

    @Test func updatesWaitUntilTheyAreApplied() throws {
        let g = GraphBuilder()
        let mean = g.parameter("mean", [2])
        let graph = g.build(outputs: [
            GraphOutput(.update("mean"), g.scale(mean, by: 3)), GraphOutput(.result("mean"), mean),
        ])
        let bound = try BoundPlan(graph, GraphInterpreter(parameters: ["mean": [1, 2]]))
        bound.run()
        #expect(bound.memory.parameter("mean")[1] == 2)
        bound.plan.applyUpdates()
        #expect(bound.memory.parameter("mean")[1] == 6)
    }

    @Test func anInputThatNothingReadsHasNoNumber() throws {
        let g = GraphBuilder()
        _ = g.input("unused", [2])
        let graph = g.build(outputs: [GraphOutput(.result("y"), g.unary(.relu, g.input("x", [2])))])
        let bound = try BoundPlan(graph, GraphInterpreter(inputs: ["x": [-1, 2], "unused": [0, 0]]))
        #expect(bound.plan.input("unused") == nil)
        #expect(bound.plan.input("x") != nil)
        #expect(bound.plan.result("z") == nil)
        #expect(bound.outputs()[.result("y")] == [0, 2])
    }

    @Test func anInputMayMoveBetweenRuns() throws {
        let g = GraphBuilder()
        let graph = g.build(outputs: [GraphOutput(.result("y"), g.scale(g.input("x", [2]), by: 2))])
        let bound = try BoundPlan(graph, GraphInterpreter(inputs: ["x": [1, 2]]))
        #expect(bound.outputs()[.result("y")] == [2, 4])
        let other = Slab(count: 2)
        other.pointer[0] = 5
        bound.plan.bind(try #require(bound.plan.input("x")), to: other.pointer)
        #expect(bound.outputs()[.result("y")] == [10, 0])
    }

    /// Broadcasting over axes that are apart trains as well.
    @Test func aBroadcastOverAxesThatAreApart() throws {
        let g = GraphBuilder()
        var random = TestValues(seed: 1)
        let (x, w) = (g.input("x", [2, 3, 4, 5]), g.parameter("w", [2, 1, 4, 1]))
        let loss = g.sumAll(g.unary(.tanh, g.multiply(x, w)))
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [w])[0])
        let graph = g.build(outputs: [GraphOutput(.result("loss"), loss), GraphOutput(.gradient("w"), gradient)])
        let interpreter = GraphInterpreter(inputs: ["x": random.normal(120)], parameters: ["w": random.normal(8)])
        let mismatches = interpreter.run(graph).mismatches(try BoundPlan(graph, interpreter).outputs())
        #expect(mismatches.isEmpty)
    }

    @Test(arguments: [Reduction.sum, .mean, .maximum], 1..<16)
    func reductionsOverAnyAxes(_ reduction: Reduction, _ subset: Int) throws {
        let shape: Shape = [3, 2, 4, 3]
        let axes = (0..<4).filter { subset >> $0 & 1 == 1 }
        let g = GraphBuilder()
        var random = TestValues(seed: 2)
        let x = g.parameter("x", shape)
        let y = g.emit(.reduce(reduction, axes: axes), [x])
        let loss = g.sumAll(g.unary(.square, y))
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [x])[0])
        let graph = g.build(outputs: [GraphOutput(.result("y"), y), GraphOutput(.gradient("x"), gradient)])
        let interpreter = GraphInterpreter(parameters: ["x": random.distinct(shape.count)])
        let mismatches = interpreter.run(graph).mismatches(try BoundPlan(graph, interpreter).outputs())
        #expect(mismatches.isEmpty)
    }

    @Test func theFirstNodeThatWentBadIsFound() throws {
        let g = GraphBuilder()
        let x = g.input("x", [3])
        g.scope = "sound"
        let y = g.unary(.tanh, x)
        g.scope = "culprit"
        let z = g.unary(.log, y)
        g.scope = "victim"
        let graph = g.build(outputs: [GraphOutput(.result("z"), g.scale(z, by: 2))])
        let good = try BoundPlan(graph, GraphInterpreter(inputs: ["x": [1, 2, 3]]))
        good.run()
        #expect(good.plan.firstNonFinite() == nil)
        let bad = try BoundPlan(graph, GraphInterpreter(inputs: ["x": [1, -2, 3]]))
        bad.run()
        let found = try #require(bad.plan.firstNonFinite())
        #expect(found.node.scope == "culprit")
        #expect(found.value.isNaN)
    }
}

/// A step that allocates would stall on page faults and locks. Counting goes through a hook of the whole process, which
/// other tests must not run beside: each check has a process of its own.
@Suite struct AllocationTests {
    private final class Box {}

    @inline(never) private static func box() -> AnyObject { Box() }

    @Test func theCounterCounts() async {
        await #expect(processExitsWith: .success) {
            let count = AllocationCounter.count { for _ in 0..<3 { withExtendedLifetime(AllocationTests.box()) {} } }
            exit(count == 3 ? EXIT_SUCCESS : EXIT_FAILURE)
        }
    }

    @Test func aRunAfterTheFirstAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            for seed in 0..<6 {
                let bound = try BoundPlan(RandomGraph(seed: seed, operations: 20))
                bound.run()
                bound.plan.applyUpdates()
                let count = AllocationCounter.count {
                    for _ in 0..<10 {
                        bound.run()
                        bound.plan.applyUpdates()
                    }
                }
                guard count == 0 else { exit(EXIT_FAILURE) }
            }
        }
    }
}
