import Tensors
import Testing

@testable import Data

@Suite struct DataChecksTests {
    private func column(_ rows: [[Float]]) throws -> ArrayDataset {
        ArrayDataset(
            inputs: [try ArrayColumn(rows.flatMap { $0 }, exampleShape: [rows[0].count])],
            targets: .classes(labels: rows.map { _ in 0 }, names: ["a"]))
    }

    @Test("Examples that occur in both sets are counted and named, transforms or not")
    func duplicates() throws {
        let train = try column([[1, 2], [3, 4], [5, 6]])
        let test = try TransformedDataset(column([[3, 4], [7, 8], [3, 4], [2, 1]]), [.rescale(scale: 9)])
        let found = try DataChecks.duplicates(of: train, in: test)
        #expect(found == Duplicates(count: 2, names: ["example 0", "example 2"]))
        #expect(
            found.warning(reference: "training", other: "test")?.hasPrefix("2 examples of the test data also occur")
                == true)
        #expect(try DataChecks.duplicates(of: train, examples: [0, 2], in: test).count == 0)
        #expect(Duplicates().warning(reference: "training", other: "test") == nil)
    }

    @Test("Hashes differ for every length and every bit")
    func hashes() {
        var seen: Set<UInt64> = []
        var expected = 0
        for length in [0, 1, 3, 7, 8, 9, 15, 16, 17, 24, 31, 33] {
            var bytes = [UInt8](repeating: 0, count: length)
            for bit in 0...(length * 8) {
                if bit > 0 { bytes[(bit - 1) / 8] = 1 << UInt8((bit - 1) % 8) }
                var hash = ExampleHash()
                bytes.withUnsafeBytes { hash.combine($0) }
                seen.insert(hash.value)
                expected += 1
                if bit > 0 { bytes[(bit - 1) / 8] = 0 }
            }
        }
        #expect(seen.count == expected)
    }

    @Test("Labels beyond the model's outputs are named")
    func labels() throws {
        let dataset = try countingDataset(5)
        try DataChecks.labels(of: dataset, fit: 3)
        #expect(message { try DataChecks.labels(of: dataset, fit: 2) }.contains("example 2 has the label 2"))
    }

    @Test("Pixels 255 times too large or too small are told")
    func ranges() throws {
        let unit = InputRange(minimum: 0, maximum: 1)
        let raw = InputRange(minimum: 0, maximum: 255)
        #expect(raw.warning(expected: unit)?.contains("255 times too large") == true)
        #expect(raw.warning(expected: InputRange(minimum: -1, maximum: 1))?.contains("too large") == true)
        #expect(unit.warning(expected: raw)?.contains("255 times too small") == true)
        #expect(unit.warning(expected: InputRange(minimum: -1, maximum: 1)) == nil)
        #expect(raw.rawPixelWarning != nil && unit.rawPixelWarning == nil)
        #expect(try InputRange(of: countingDataset(4)) == InputRange(minimum: -3, maximum: 3))
    }

    @Test("The content hash follows the bytes, not the paths")
    func contentHash() throws {
        func hash(_ name: String, _ text: String) throws -> String {
            try withFile(name, Array(text.utf8)) {
                try SourceDescription.table(TableSource(path: $0, targets: [])).contentHash()
            }
        }
        #expect(try hash("a.csv", "1,2") == hash("b.csv", "1,2"))
        #expect(try hash("a.csv", "1,2") != hash("a.csv", "1,3"))
        let inline = InlineSource(inputs: [Tensor(shape: [1, 1], values: [1])], targets: .labels(["a"]))
        #expect(try SourceDescription.inline(inline).contentHash().count == 64)
    }
}
