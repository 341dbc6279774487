import Glibc
import Tensors
import Testing

@testable import Data

@Suite struct BatchStreamTests {
    /// Everything a pass gives: which examples, in which batches, and that rows hold what they say.
    private func drain(_ stream: BatchStream) throws -> [[Int]] {
        var batches: [[Int]] = []
        while let batch = try stream.next() {
            #expect(batch.indices.count == batch.validRows)
            for row in 0..<batch.capacity {
                let isValid = row < batch.validRows
                let index = isValid ? Float(batch.indices[row]) : 0
                #expect(range(batch.inputs[0] + row * 2, 2) == [index, isValid ? -index : 0])
                #expect(batch.targets[row] == (isValid ? Float(batch.indices[row] % 3) : 0))
                #expect(batch.weights[row] == (isValid ? 1 : 0))
            }
            batches.append(batch.indices)
        }
        return batches
    }

    @Test("Every example comes once, in order, and the last batch is padded", arguments: [0, 2, 3])
    func sequential(depth: Int) throws {
        let stream = try BatchStream(countingDataset(10), batchSize: 4, order: .sequential, depth: depth)
        #expect(try drain(stream) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
        #expect(try stream.next() == nil)
        #expect(stream.batchesPerPass == 3)
    }

    @Test("The order is the same with and without reading ahead, and differs between epochs")
    func shuffled() throws {
        let dataset = try countingDataset(50)
        func order(_ epoch: Int, depth: Int) throws -> [Int] {
            try drain(BatchStream(dataset, batchSize: 7, order: .shuffled(seed: 3, epoch: epoch), depth: depth))
                .flatMap { $0 }
        }
        #expect(try order(0, depth: 0) == order(0, depth: 3))
        #expect(try order(0, depth: 2) != order(1, depth: 2))
        #expect(try order(1, depth: 2).sorted() == Array(0..<50))
    }

    @Test("A pass continues where it stopped", arguments: [0, 2])
    func position(depth: Int) throws {
        let dataset = try countingDataset(20)
        let order = ExampleOrder.shuffled(seed: 1, epoch: 4)
        let whole = try drain(BatchStream(dataset, batchSize: 4, order: order, depth: depth))
        let rest = try drain(BatchStream(dataset, batchSize: 4, order: order, from: 12, depth: depth))
        #expect(Array(whole[3...]) == rest)
        #expect(try drain(BatchStream(dataset, batchSize: 4, order: order, from: 20, depth: depth)).isEmpty)
    }

    @Test("Restarting drops the rest of a pass", arguments: [0, 2, 3])
    func restart(depth: Int) throws {
        let stream = try BatchStream(
            countingDataset(300), indices: Array(100..<300), batchSize: 8, order: .sequential, depth: depth)
        for round in 0..<20 {
            for _ in 0..<(round % 5) { _ = try stream.next() }
            stream.restart(.shuffled(seed: 9, epoch: round))
        }
        stream.restart(.sequential, from: 184)
        #expect(try drain(stream) == [Array(284..<292), Array(292..<300)])
    }

    @Test("Small data are read in place; larger data by the second thread", arguments: [10, 40_000])
    func sizes(count: Int) throws {
        let stream = try BatchStream(countingDataset(count), batchSize: 64, order: .shuffled(seed: 1, epoch: 0))
        #expect(try drain(stream).flatMap { $0 }.sorted() == Array(0..<count))
        #expect(stream.secondsWaited > 0)
    }

    @Test("A failure comes after the batches before it, and a new pass can begin", arguments: [0, 2])
    func failure(depth: Int) throws {
        struct Failing: Dataset {
            let base: ArrayDataset
            var count: Int { base.count }
            var inputShapes: [Shape] { base.inputShapes }
            var target: TargetKind { base.target }
            func read(
                _ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
            ) throws {
                guard index != 9 else { throw ImageError(path: "nine.jpg", reason: "it is broken") }
                base.read(index, inputs: inputs, target: target)
            }
        }
        let stream = try BatchStream(Failing(base: countingDataset(12)), batchSize: 4, order: .sequential, depth: depth)
        #expect(try stream.next()?.indices == [0, 1, 2, 3])
        #expect(try stream.next()?.indices == [4, 5, 6, 7])
        #expect(throws: ImageError.self) { try stream.next() }
        stream.restart(.sequential)
        #expect(try stream.next()?.indices == [0, 1, 2, 3])
    }

    @Test("Streams that are let go end their thread, wherever they are")
    func cancellation() throws {
        let dataset = try countingDataset(1000)
        for taken in 0..<30 {
            let stream = try BatchStream(dataset, batchSize: 16, order: .sequential, depth: 2)
            for _ in 0..<(taken % 4) { _ = try stream.next() }
        }
    }

    @Test("The same memory is used again and again")
    func reuse() throws {
        let stream = try BatchStream(countingDataset(4000), batchSize: 16, order: .sequential, depth: 3)
        var addresses: Set<UnsafeMutablePointer<Float>> = []
        while let batch = try stream.next() {
            addresses.insert(batch.inputs[0])
            #expect(UInt(bitPattern: batch.inputs[0]) % 64 == 0)
            #expect(UInt(bitPattern: batch.targets) % 64 == 0)
        }
        #expect(addresses.count == 3)
    }
}
