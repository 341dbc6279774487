import Glibc
import Tensors
import Testing

@testable import Data

@Suite struct BatchMixingTests {
    /// Pictures of 6 by 5 whose every number is their index; the class is the index mod 3.
    private struct Plain: Dataset {
        let count: Int
        let inputShapes: [Shape] = [[6, 5, 1]]
        let target = TargetKind.classes(["a", "b", "c"])
        func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
            inputs[0].update(repeating: Float(index), count: 30)
            target.pointee = Float(index % 3)
        }
    }

    private struct Row {
        let values: [Float]
        let target: [Float]
        let weight: Float
        let index: Int?
    }

    private func pass(
        _ mixing: BatchMixing, epoch: Int, count: Int = 46, batchSize: Int = 8, from position: Int = 0, depth: Int = 0
    ) throws -> [[Row]] {
        let stream = try BatchStream(
            Plain(count: count), batchSize: batchSize, order: .shuffled(seed: 2, epoch: epoch), from: position,
            mixing: mixing, depth: depth)
        var batches: [[Row]] = []
        while let batch = try stream.next() {
            batches.append(
                (0..<batch.capacity).map { row in
                    Row(
                        values: range(batch.inputs[0] + row * 30, 30), target: range(batch.targets + row * 3, 3),
                        weight: batch.weights[row], index: row < batch.validRows ? batch.indices[row] : nil)
                })
        }
        return batches
    }

    private static let classes = [BatchMixing.Block(count: 1, classes: 3)]

    @Test("Inputs and targets are mixed by the same share, the first row with the last", arguments: [0.2, 1, 5])
    func mixup(alpha: Double) throws {
        let mixing = BatchMixing(mixup: alpha, cutmix: nil, blocks: BatchMixingTests.classes)
        var shares: [Float] = []
        for batch in try pass(mixing, epoch: 3) {
            let valid = batch.filter { $0.index != nil }
            for (row, other) in zip(valid, valid.reversed()) {
                let (own, partner) = (Float(row.index!), Float(other.index!))
                #expect(row.weight == 1 && Set(row.values).count == 1)
                let share = own == partner ? 1 : (row.values[0] - partner) / (own - partner)
                var expected: [Float] = [0, 0, 0]
                expected[row.index! % 3] += share
                expected[other.index! % 3] += 1 - share
                for (x, y) in zip(row.target, expected) { #expect(abs(x - y) < 1e-4) }
                #expect(abs(row.target.reduce(0, +) - 1) < 1e-6)
                shares.append(share)
            }
            for row in batch where row.index == nil {
                #expect(row.values.allSatisfy { $0 == 0 } && row.target == [0, 0, 0] && row.weight == 0)
            }
        }
        #expect(shares.allSatisfy { $0 > -1e-4 && $0 < 1 + 1e-4 })
    }

    @Test("CutMix exchanges boxes, and the share is that of the area")
    func cutmix() throws {
        let mixing = BatchMixing(mixup: nil, cutmix: 1, blocks: BatchMixingTests.classes)
        var areas: Set<Int> = []
        for epoch in 0..<10 {
            for batch in try pass(mixing, epoch: epoch) {
                let valid = batch.filter { $0.index != nil }
                for (row, other) in zip(valid, valid.reversed()) where row.index != other.index {
                    let (own, partner) = (Float(row.index!), Float(other.index!))
                    #expect(row.values.allSatisfy { $0 == own || $0 == partner })
                    let places = row.values.indices.filter { row.values[$0] == partner }
                    areas.insert(places.count)
                    if let first = places.first, let last = places.last {
                        let (height, width) = (last / 5 - first / 5 + 1, last % 5 - first % 5 + 1)
                        #expect(height * width == places.count, "a box")
                    }
                    var expected: [Float] = [0, 0, 0]
                    expected[row.index! % 3] += 1 - Float(places.count) / 30
                    expected[other.index! % 3] += Float(places.count) / 30
                    for (x, y) in zip(row.target, expected) { #expect(abs(x - y) < 1e-5) }
                }
            }
        }
        #expect(areas.count > 8)
    }

    @Test("A batch is mixed alike whenever it is read, and in another way in every epoch")
    func purity() throws {
        let mixing = BatchMixing(mixup: 0.4, cutmix: 1, blocks: BatchMixingTests.classes)
        let whole = try pass(mixing, epoch: 1).map { $0.map(\.values) }
        #expect(try pass(mixing, epoch: 1, depth: 3).map { $0.map(\.values) } == whole)
        #expect(try pass(mixing, epoch: 1, from: 16).map { $0.map(\.values) } == Array(whole[2...]))
        #expect(try pass(mixing, epoch: 2).map { $0.map(\.values) } != whole)
        // Both kinds come.
        let uniform = (0..<20).flatMap { epoch in
            (try? pass(mixing, epoch: epoch))?.map { batch in
                batch.filter { $0.index != nil }.allSatisfy { Set($0.values).count == 1 }
            } ?? []
        }
        #expect(uniform.count == 120)
        #expect((30...100).contains(uniform.count { $0 }))
    }

    @Test("Numbers mix as numbers, and several outputs each as it is")
    func blocks() throws {
        let mixing = BatchMixing(
            mixup: 1, cutmix: nil, blocks: [.init(count: 2, classes: nil), .init(count: 2, classes: 3)])
        #expect(mixing.targetCount == 8)
        let source: [Float] = [0.5, -2, 1, 2]
        var target = [Float](repeating: .nan, count: 8)
        mixing.spread(source, to: &target)
        #expect(target == [0.5, -2, 0, 1, 0, 0, 0, 1])
    }

    @Test("The share has the moments of a Beta distribution", arguments: [0.05, 0.2, 1, 4])
    func beta(alpha: Double) {
        let values = (0..<20_000).map { index in
            var generator = SeededGenerator(seed: 1, stream: .mixing, substream: 7, index: UInt64(index) << 16)
            return generator.nextBeta(alpha)
        }
        let mean = values.reduce(0, +) / 20_000
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(abs(mean - 0.5) < 0.01)
        let expected = 1 / (4 * (2 * alpha + 1))
        #expect(abs(variance / expected - 1) < 0.03, "\(variance) for \(expected)")
    }

    @Test("What cannot be cut is refused")
    func refusals() {
        #expect(message { try CutMixError.check([[4, 4, 3], [4, 4, 1]]) } == "")
        #expect(message { try CutMixError.check([[4]]) }.contains("use \"mixup\" instead"))
        #expect(message { try CutMixError.check([[4, 4, 3], [5, 4, 3]]) }.contains("of one size"))
    }
}
