import Graph
import TestSupport
import Tensors
import Testing

@Suite struct RandomNumberTests {
    private func draw(
        _ distribution: RandomDistribution, count: Int = 40_000, substream: UInt64 = 1, seed: UInt64 = 42,
        step: UInt64 = 0
    ) throws -> [Double] {
        let g = GraphBuilder()
        let y = g.random(distribution, [count], substream: substream)
        var interpreter = GraphInterpreter()
        (interpreter.seed, interpreter.step) = (seed, step)
        return try #require(interpreter.run(g.build(outputs: [GraphOutput(.result("y"), y)])).result("y"))
    }

    private func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
        let mean = x.reduce(0, +) / Double(x.count)
        return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count))
    }

    @Test func uniformNumbersFillTheirRange() throws {
        let x = try draw(.uniform)
        #expect(x.allSatisfy { $0 >= 0 && $0 < 1 })
        let (mean, variance) = moments(x)
        #expect(abs(mean - 0.5) < 0.006 && abs(variance - 1 / 12) < 0.002)
    }

    @Test func normalNumbersHaveTheirMoments() throws {
        let x = try draw(.normal)
        let (mean, variance) = moments(x)
        #expect(abs(mean) < 0.02 && abs(variance - 1) < 0.03)
        #expect(abs(x.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 40_000 - 3) < 0.2)
        let product = stride(from: 0, to: x.count, by: 2).reduce(0) { $0 + x[$1] * x[$1 + 1] }
        #expect(abs(product / 20_000) < 0.03, "neighbours come from one pair of words")
    }

    @Test(arguments: [RandomDistribution.uniform, .normal]) func theyDependOnSeedStepAndSubstream(
        _ distribution: RandomDistribution
    ) throws {
        let first = try draw(distribution, count: 50)
        #expect(try draw(distribution, count: 50) == first)
        #expect(try draw(distribution, count: 30) == Array(first[..<30]))
        #expect(try draw(distribution, count: 50, substream: 2) != first)
        #expect(try draw(distribution, count: 50, seed: 43) != first)
        #expect(try draw(distribution, count: 50, step: 1) != first)
    }

    @Test func theyAreNoDropoutsMask() throws {
        let g = GraphBuilder()
        let kept = g.emit(.dropout(rate: 0.5, substream: 1), [g.constant(1, [1000])])
        let interpreter = {
            var i = GraphInterpreter(); i.seed = 42; return i
        }()
        let mask = try #require(interpreter.run(g.build(outputs: [GraphOutput(.result("y"), kept)])).result("y"))
        let agree = zip(mask, try draw(.uniform, count: 1000)).filter { ($0 != 0) == ($1 >= 0.5) }.count
        #expect((400...600).contains(agree))
    }

    @Test func theyHaveNoGradient() {
        let g = GraphBuilder()
        let x = g.input("x", [3])
        let loss = g.sumAll(g.multiply(x, g.random(.normal, [3], substream: 0)))
        #expect(g.gradients(of: loss, withRespectTo: [x])[0] != nil)
        #expect(g.random(.normal, [3], substream: 0) != g.random(.normal, [3], substream: 1))
        #expect(g.random(.normal, [3], substream: 0) == g.random(.normal, [3], substream: 0))
    }
}
