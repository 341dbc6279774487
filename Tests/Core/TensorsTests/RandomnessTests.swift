import Tensors
import Testing

@Suite struct RandomnessTests {
    private typealias Block = (UInt32, UInt32, UInt32, UInt32)

    /// The vectors published with Random123 for philox4x32-10.
    @Test func knownAnswers() {
        let ones = UInt32.max
        let vectors: [(Block, (UInt32, UInt32), Block)] = [
            ((0, 0, 0, 0), (0, 0), (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
            ((ones, ones, ones, ones), (ones, ones), (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)),
            (
                (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), (0xA409_3822, 0x299F_31D0),
                (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
            ),
        ]
        for (counter, key, expected) in vectors { #expect(philox(counter: counter, key: key) == expected) }
    }

    @Test func aGeneratorReadsItsBlocksInOrder() {
        var random = SeededGenerator(seed: 0x1111_2222_3333_4444, stream: .dropout, substream: 0xAABB_CCDD_EEFF_0011)
        let key: (UInt32, UInt32) = (0x3333_4444, 0x1111_2222)
        let high: UInt32 = 0x00BB_CCDD | 2 << 24
        let first = philox(counter: (0, 0, 0xEEFF_0011, high), key: key)
        let second = philox(counter: (1, 0, 0xEEFF_0011, high), key: key)
        #expect(random.next() == UInt64(first.0) | UInt64(first.1) << 32)
        #expect(random.next() == UInt64(first.2) | UInt64(first.3) << 32)
        #expect(random.next() == UInt64(second.0) | UInt64(second.1) << 32)
        #expect(random.index == 3)
    }

    @Test func goingOnFromAnIndexIsHavingNeverStopped() {
        var whole = SeededGenerator(seed: 9, stream: .shuffle, substream: 4)
        let values = (0..<20).map { _ in whole.next() }
        for index in [0, 1, 7, 16] {
            var resumed = SeededGenerator(seed: 9, stream: .shuffle, substream: 4, index: UInt64(index))
            #expect((index..<20).map { _ in resumed.next() } == Array(values[index...]))
        }
    }

    @Test func seedsStreamsAndSubstreamsAreApart() {
        var firsts: Set<UInt64> = []
        var count = 0
        for seed in [UInt64(0), 1, 1 << 32, .max] {
            for stream in RandomStream.allCases {
                for substream in [UInt64(0), 1, 1 << 32, 1 << 55] {
                    var random = SeededGenerator(seed: seed, stream: stream, substream: substream)
                    firsts.insert(random.next())
                    count += 1
                }
            }
        }
        #expect(firsts.count == count)
    }

    @Test func uniformAndNormalMoments() {
        var random = SeededGenerator(seed: 3, stream: .bootstrap)
        let uniform = (0..<20_000).map { _ in random.nextUniform() }
        #expect(uniform.allSatisfy { (0..<1).contains($0) })
        #expect(abs(uniform.reduce(0, +) / 20_000 - 0.5) < 0.01)
        let normal = (0..<20_000).map { _ in random.nextNormal() }
        #expect(normal.allSatisfy { $0.isFinite })
        #expect(abs(normal.reduce(0, +) / 20_000) < 0.02)
        #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / 20_000 - 1) < 0.03)
        #expect(abs(normal.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 20_000 - 3) < 0.2)
    }

    @Test func permutationsAreWholeAndEven() {
        var random = SeededGenerator(seed: 5, stream: .shuffle)
        #expect(random.permutation(of: 0) == [])
        #expect(random.permutation(of: 1) == [0])
        #expect(random.permutation(of: 1000).sorted() == Array(0..<1000))
        var counts = [[Int]: Int]()
        for _ in 0..<6000 { counts[random.permutation(of: 3), default: 0] += 1 }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { (850...1150).contains($0) })
    }
}
