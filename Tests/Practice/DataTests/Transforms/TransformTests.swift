import Tensors
import Testing

@testable import Data

@Suite struct TransformTests {
    private func dataset(_ values: [Float], _ shape: Shape) throws -> ArrayDataset {
        ArrayDataset(inputs: [try ArrayColumn(values, exampleShape: shape)], targets: .none)
    }

    private func values(_ dataset: any Dataset, _ index: Int = 0) throws -> [Float] {
        try dataset.example(index).inputs[0].values
    }

    @Test("Rescaling multiplies first and adds then")
    func rescale() throws {
        let base = try dataset([0, 127.5, 255], [3])
        #expect(try values(TransformedDataset(base, [.rescale(scale: 1 / 127.5, offset: -1)])) == [-1, 0, 1])
    }

    @Test("Steps follow each other, before and after a resize")
    func chain() throws {
        let base = try dataset([0, 2, 4, 6], [2, 2])
        let chain: [Transform] = [
            .rescale(scale: 0.5), .reshape([2, 2, 1]), .resize(ImageSize(height: 1, width: 1)),
            .rescale(scale: 1, offset: 1),
            .resize(ImageSize(height: 2, width: 3)), .rescale(scale: 2), .reshape([6]),
        ]
        let transformed = try TransformedDataset(base, chain)
        #expect(transformed.inputShapes == [[6]])
        #expect(try values(transformed) == Array(repeating: 5, count: 6))
    }

    @Test("Standardising by given numbers, one for all or one per channel")
    func standardize() throws {
        let base = try dataset([1, 10, 3, 30], [2, 1, 2])
        let one = try Standardization(mean: [1], deviation: [2])
        #expect(try values(TransformedDataset(base, [.standardize(one)])) == [0, 4.5, 1, 14.5])
        let two = try Standardization(mean: [1, 10], deviation: [1, 10])
        #expect(try values(TransformedDataset(base, [.standardize(two)])) == [0, 0, 2, 2])
        let three = try Standardization(mean: [1, 2, 3], deviation: [1, 1, 1])
        #expect(message { try TransformedDataset(base, [.standardize(three)]) }.contains("3 means"))
        #expect(message { try Standardization(mean: [1], deviation: [0]) }.contains("divide by zero"))
    }

    @Test("Measured statistics are those of the training examples, far from zero too")
    func measured() throws {
        let base = try dataset([1e6, 5, 1e6 + 2, 5, 1e6 + 4, 5, 9, 9], [2])
        let found = try Standardization(measuring: base, examples: [0, 1, 2])
        #expect(found.mean == [1e6 + 2, 5])
        #expect(abs(found.deviation[0] - (8.0 / 3).squareRoot()) < 1e-5)
        #expect(found.deviation[1] == 1)
        let picture = try dataset([1, 3, 5, 7], [2, 2])
        #expect(try Standardization(measuring: picture, examples: [0]).mean == [4])
    }

    @Test("A channel axis of one is added or dropped, nothing else is guessed")
    func fitting() throws {
        let base = try dataset([1, 2, 3, 4], [2, 2])
        #expect(try base.fitted(to: [[2, 2, 1]]).inputShapes == [[2, 2, 1]])
        #expect(try values(base.fitted(to: [[2, 2, 1]])) == [1, 2, 3, 4])
        #expect(try base.fitted(to: [[2, 2, 1]]).fitted(to: [[2, 2]]).inputShapes == [[2, 2]])
        #expect(message { try base.fitted(to: [[4]]) }.contains("\"reshape\": [4]"))
        #expect(message { try base.fitted(to: [[3, 3, 1]]) }.contains("\"resize\": [3, 3]"))
        #expect(message { try base.fitted(to: [[2, 2, 3]]) }.contains("3 channels, and there are 1"))
        #expect(message { try base.fitted(to: [[2], [2]]) }.contains("2 inputs"))
        #expect(try base.addingChannelAxis(for: [[5, 5, 1]]).inputShapes == [[2, 2, 1]])
    }

    @Test("Shapes that cannot be had are refused")
    func shapes() throws {
        let base = try dataset([1, 2, 3, 4], [4])
        #expect(message { try TransformedDataset(base, [.resize(ImageSize(height: 2, width: 2))]) }.contains("(4,)"))
        #expect(message { try TransformedDataset(base, [.reshape([3])]) }.contains("3 numbers are not 4"))
    }
}
