import Kernels
import TestSupport
import Tensors
import Testing

struct DropoutTests {
    func run(_ x: [Float], _ rate: Float, seed: UInt64 = 7, substream: UInt64 = 3, step: UInt64 = 1) -> [Float] {
        filled(x.count) {
            Dropout.run(x, into: $0, count: x.count, rate: rate, seed: seed, substream: substream, step: step)
        }
    }

    @Test(arguments: [Float(0), 0.1, 0.25, 0.5, 0.875, 0.999])
    func theMaskIsThatOfPhilox(_ rate: Float) {
        var values = TestValues(seed: 71)
        let streams: [(UInt64, UInt64, UInt64)] = [
            (0, 0, 0), (42, 5, 17), (0xDEAD_BEEF_0123_4567, 0xFFFF_FFFF_FFFF_FFFF, 0x1_0000_0003),
        ]
        for (seed, substream, step) in streams {
            for count in oddCounts {
                let x = values.normal(count)
                let mask = NaiveKernels.dropoutMask(
                    count: count, rate: Double(rate), seed: seed, substream: substream, step: step)
                let y = run(floats(x), rate, seed: seed, substream: substream, step: step)
                #expect(zip(y, mask).allSatisfy { ($0 == 0) == ($1 == 0) })
                #expect(worstULPs(y, zip(x, mask).map { $0 * $1 }) <= 2)
            }
        }
    }

    @Test func allOrNothing() {
        let x: [Float] = [1, -2, .infinity, .nan, 5]
        #expect(run(x, 1) == [0, 0, 0, 0, 0])
        #expect(run(x, 0).map(\.bitPattern) == x.map(\.bitPattern))
    }

    @Test func worksInPlaceAndOnThreads() {
        let x = (0..<70_003).map { Float($0) + 1 }
        var place = x
        place.withUnsafeMutableBufferPointer {
            Dropout.run(
                $0.baseAddress!, into: $0.baseAddress!, count: x.count, rate: 0.3, seed: 7, substream: 3, step: 1)
        }
        #expect(place == run(x, 0.3))
        let bits = onOneAndTwoThreads { run(x, 0.3) }
        #expect(bits.one == bits.two)
        let kept = place.filter { $0 != 0 }.count
        #expect(abs(Double(kept) / 70_003 - 0.7) < 0.01)
    }
}

struct FiniteTests {
    @Test func findsTheFirst() {
        for count in [1, 5, 4097, 100_001] {
            let x = [Float](repeating: .greatestFiniteMagnitude, count: count)
            #expect(Finite.firstNonFinite(x, count: count) == nil)
            for place in Set([0, count / 2, count - 1]) {
                for value in [Float.nan, .infinity, -.infinity] {
                    var bad = x
                    bad[place] = value
                    bad[count - 1] = value
                    for threads in [1, 2] {
                        let found = Parallel.with(threads: threads) { Finite.firstNonFinite(bad, count: count) }
                        #expect(found == place)
                    }
                }
            }
        }
        #expect(Finite.firstNonFinite([.nan], count: 0) == nil)
    }
}
