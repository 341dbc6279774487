import Tensors
import Testing

@testable import Data

@Suite struct SplitTests {
    private let names = ["a", "b", "c"]
    private let labels =
        Array(repeating: 0, count: 50) + Array(repeating: 1, count: 30) + Array(repeating: 2, count: 17)

    @Test("Shares are exact by largest remainder, in total and per class")
    func sizes() throws {
        let split = try Split.stratified(labels: labels, classNames: names, share: 0.1, seed: 42)
        // 97 · 0.1 rounds to 10; the parts 5.0, 3.0 and 1.7 give 5, 3 and 2.
        let counts = (0..<3).map { label in split.validation.count { labels[$0] == label } }
        #expect(counts == [5, 3, 2])
        #expect((split.train + split.validation).sorted() == Array(0..<97))
        #expect(split.train == split.train.sorted())
    }

    @Test("The same seed splits the same way, another one differently")
    func seeds() throws {
        func split(_ seed: UInt64) throws -> Split {
            try Split.stratified(labels: labels, classNames: names, share: 0.2, seed: seed)
        }
        #expect(try split(1) == split(1))
        #expect(try split(1) != split(2))
    }

    @Test("A class without examples on one side is refused")
    func emptyClass() {
        let rare = message {
            try Split.stratified(labels: labels + [2], classNames: names, share: 0.01, seed: 1)
        }
        #expect(rare.contains("\"") && rare.contains("without any for validation"))
        let all = message { try Split.stratified(labels: [0, 0, 1], classNames: names, share: 0.9, seed: 1) }
        #expect(all.contains("without any for training"))
    }

    @Test("Shares outside of 0 and 1 are refused", arguments: [0, 1, -0.5, 1.5, .nan])
    func share(value: Double) {
        #expect(throws: SplitError.self) { try Split.random(count: 10, share: value, seed: 1) }
    }

    @Test("Numbers are split at random")
    func values() throws {
        let split = try Split.random(count: 10, share: 0.25, seed: 7)
        #expect(split.validation.count == 3)
        #expect((split.train + split.validation).sorted() == Array(0..<10))
        #expect(message { try Split.random(count: 3, share: 0.1, seed: 1) }.contains("leaves none for validation"))
    }

    @Test("A dataset's own kind decides, and subsets read on")
    func dataset() throws {
        let dataset = try countingDataset(30)
        let split = try Split.of(dataset, share: 0.2, seed: 1)
        let validation = Subset(dataset, indices: split.validation)
        #expect(try DataChecks.histogram(validation) == [2, 2, 2])
        #expect(try validation.example(0).inputs[0].values[0] == Float(split.validation[0]))
    }

    @Test("Smaller parts lie within larger ones, every class in its share")
    func parts() throws {
        let dataset = try countingDataset(300)
        let pool = Array(0..<300).filter { $0 % 7 != 0 }
        let shares = [0.004, 0.01, 0.033, 0.1, 0.35, 0.6, 1]
        let parts = try shares.map { try Split.part($0, of: pool, in: dataset, seed: 5) }
        for (smaller, larger) in zip(parts, parts.dropFirst()) { #expect(Set(smaller).isSubset(of: Set(larger))) }
        #expect(parts.allSatisfy { $0 == $0.sorted() } && parts.last == pool)
        let labels = try dataset.classIndices()
        let sizes = (0..<3).map { label in pool.count { labels[$0] == label } }
        for (share, part) in zip(shares, parts) {
            for label in 0..<3 {
                let expected = max(1, Int((share * Double(sizes[label])).rounded()))
                #expect(part.count { labels[$0] == label } == expected)
            }
        }
        #expect(try Split.part(0.1, of: pool, in: dataset, seed: 6) != parts[3])
        #expect(try Split.part(0.1, of: nil, in: dataset, seed: 5).count == 30)
    }
}
