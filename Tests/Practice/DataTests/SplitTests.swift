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
}
