import Glibc
import Graph
import Kernels
import TestSupport
import Tensors
import Testing

@testable import Runtime

/// Plans in bfloat16, beside the interpreter of the same graph, casts and all.
@Suite(.serialized, .enabled(if: BFloat16Support.isComputable)) struct BFloat16PlanTests {
    private static let passes: [Pass] =
        Array(Pass.standard.dropLast()) + [.reducedPrecision(from: 1), .distinctGradients]

    /// The 2-norm of the difference over that of what is expected.
    private func distance(_ found: [Float], _ expected: [Double]) -> Double {
        let difference = zip(found, expected).reduce(0) { $0 + ($1.0.isNaN ? .infinity : pow(Double($1.0) - $1.1, 2)) }
        return difference.squareRoot() / max(0.05, expected.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }

    /// Every operation, with whatever is bfloat16 around it. A number half way between two may be rounded the other way, and
    /// what is chosen by it (the winner of a window) be another one: most graphs agree closely, all of them roughly.
    @Test func plansGiveWhatTheInterpreterGives() throws {
        var worst: [Double] = []
        for seed in 0..<80 {
            let random = RandomGraph(seed: seed, operations: 8 + seed % 12, isPadded: seed % 3 == 0)
            let bound = try BoundPlan(random.graph, random.interpreter, passes: BFloat16PlanTests.passes)
            let expected = random.interpreter.run(bound.plan.graph)
            let found = bound.outputs()
            worst.append(
                bound.plan.graph.outputs.map { distance(found[$0.role] ?? [], expected[$0.value]) }.max() ?? 0)
            let again = try BoundPlan(random.graph, random.interpreter, passes: BFloat16PlanTests.passes)
            #expect(again.outputs() == found, "\(random): another plan gives other bits")
        }
        #expect(worst.filter { $0 > 0.005 }.count <= 8, "\(worst)")
        #expect(worst.filter { $0 > 0.1 }.count <= 2, "\(worst)")
    }

    /// What is kept or packed gives the bits that are worked out anew in every run.
    @Test func constantsAreCastOnce() throws {
        for seed in 0..<30 {
            let random = RandomGraph(seed: seed, operations: 10)
            var constants = Set(random.interpreter.parameters.keys)
            for output in random.graph.outputs {
                switch output.role {
                case .gradient(let path), .update(let path): constants.remove(path)
                case .result: break
                }
            }
            let kept = try BoundPlan(
                random.graph, random.interpreter, constants: constants, passes: BFloat16PlanTests.passes)
            let anew = try BoundPlan(random.graph, random.interpreter, passes: BFloat16PlanTests.passes)
            // What was prepared by the first run serves the second.
            kept.run()
            #expect(kept.outputs() == anew.outputs(), "\(random)")
        }
    }

    /// A stack of convolutions, rectifiers and sums of branches: activations take half the room.
    @Test func activationsTakeHalfTheRoom() throws {
        let g = GraphBuilder()
        var interpreter = GraphInterpreter()
        var random = TestValues(seed: 1)
        interpreter.inputs["x"] = random.normal(8 * 16 * 16 * 16)
        var y = g.input("x", [8, 16, 16, 16])
        var kernels: [Value] = []
        for layer in 0..<6 {
            let geometry = ConvolutionGeometry(
                batch: 8, input: [16, 16], inputChannels: 16, output: [16, 16], outputChannels: 16, kernel: [3, 3],
                strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1], groups: 1)
            let path = ParameterPath("kernel\(layer)")
            interpreter.parameters[path] = random.normal(geometry.kernelShape.count, scale: 0.1)
            kernels.append(g.parameter(path, geometry.kernelShape))
            let z = g.emit(.convolution(geometry, hasBias: false, activation: nil), [y, kernels[layer]])
            y = g.add(y, g.unary(.relu(), z))
        }
        let loss = g.mean(g.unary(.square, y), axes: [0, 1, 2, 3])
        let gradients = g.gradients(of: loss, withRespectTo: kernels)
        let graph = g.build(
            outputs: [GraphOutput(.result("loss"), loss)]
                + gradients.enumerated().map { GraphOutput(.gradient(ParameterPath("kernel\($0)")), $1!) })
        let whole = try BoundPlan(graph, interpreter)
        let half = try BoundPlan(graph, interpreter, precision: .bfloat16)
        let share = Double(half.plan.bytes.activations) / Double(whole.plan.bytes.activations)
        #expect((0.4...0.75).contains(share), "\(share)")
        let (exact, found) = (whole.outputs(), half.outputs())
        for (role, values) in exact {
            #expect(distance(try #require(found[role]), values.map(Double.init)) < 0.02, "\(role)")
        }
    }

    /// What went bad in bfloat16 is found where it did.
    @Test func whatIsNotFiniteIsNamed() throws {
        let g = GraphBuilder()
        var interpreter = GraphInterpreter()
        let geometry = ConvolutionGeometry(
            batch: 2, input: [4, 4], inputChannels: 2, output: [4, 4], outputChannels: 3, kernel: [1, 1],
            strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 1)
        interpreter.inputs["x"] = [Double](repeating: 3e38, count: geometry.inputShape.count)
        interpreter.parameters["kernel"] = [Double](repeating: 4, count: 6)
        g.scope = "culprit"
        let y = g.emit(
            .convolution(geometry, hasBias: false, activation: nil),
            [g.input("x", geometry.inputShape), g.parameter("kernel", geometry.kernelShape)])
        g.scope = "after"
        let graph = g.build(outputs: [GraphOutput(.result("y"), g.unary(.sigmoid, y))])
        let bound = try BoundPlan(graph, interpreter, passes: BFloat16PlanTests.passes)
        bound.run()
        let bad = try #require(bound.plan.firstNonFinite())
        #expect(bad.node.scope == "culprit" && bad.value == .infinity)
    }
}
