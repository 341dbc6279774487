import Graph
import Kernels
import TestSupport
import Tensors
import Testing

struct RandomNumbersTests {
    func run(
        _ distribution: RandomDistribution, _ count: Int, seed: UInt64 = 7, substream: UInt64 = 3, step: UInt64 = 1
    ) -> [Float] {
        filled(count) {
            RandomNumbers.fill(
                $0, count: count, from: distribution, seed: seed, substream: substream, step: step)
        }
    }

    @Test(arguments: [RandomDistribution.uniform, .normal]) func theNumbersAreThoseOfPhilox(
        _ distribution: RandomDistribution
    ) {
        let streams: [(UInt64, UInt64, UInt64)] = [
            (0, 0, 0), (42, 5, 17), (0xDEAD_BEEF_0123_4567, 0xFFFF_FFFF_FFFF_FFFF, 0x1_0000_0003),
        ]
        for (seed, substream, step) in streams {
            for count in oddCounts + [20_000] {
                let g = GraphBuilder()
                let y = g.random(distribution, [count], substream: substream)
                var interpreter = GraphInterpreter()
                (interpreter.seed, interpreter.step) = (seed, step)
                let expected = interpreter.run(g.build(outputs: []))[y]
                let found = run(distribution, count, seed: seed, substream: substream, step: step)
                if distribution == .uniform {
                    #expect(doubles(found) == expected)
                } else {
                    #expect(worstULPs(found, expected, floor: 0.125) <= 8)
                }
            }
        }
    }

    @Test(arguments: [RandomDistribution.uniform, .normal]) func threadsChangeNothing(
        _ distribution: RandomDistribution
    ) {
        let bits = onOneAndTwoThreads { run(distribution, 70_003) }
        #expect(bits.one == bits.two)
    }
}
