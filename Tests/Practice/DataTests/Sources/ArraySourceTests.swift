import Checkpoints
import OrderedCollections
import Tensors
import Testing

@testable import Data

@Suite struct ArraySourceTests {
    private let inputs = Tensor(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])

    @Test("Arrays of .npy files are inputs and values")
    func npy() throws {
        try withTemporaryFolder { folder in
            try NPYWriter.write(inputs, to: folder + "/x.npy")
            try NPYWriter.write(Tensor(shape: [3], values: [0, 1, 0]), to: folder + "/y.npy")
            var source = ArraySource(inputs: [.init(path: folder + "/x.npy")], targets: .init(path: folder + "/y.npy"))
            let values = try SourceDescription.arrays(source).open().dataset
            #expect(values.target == .values([1]))
            #expect(try values.example(1).inputs == [Tensor(shape: [2], values: [3, 4])])
            source.form = .classes
            let classes = try SourceDescription.arrays(source).open().dataset
            #expect(classes.target == .classes(["0", "1"]))
            #expect(try classes.classIndices() == [0, 1, 0])
        }
    }

    @Test("Arrays of one .npz are found by name, several inputs in their order")
    func npz() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/all.npz"
            let arrays: OrderedDictionary = [
                "b": inputs, "a": Tensor(shape: [3], values: [7, 8, 9]), "y": Tensor(shape: [3], values: [0.5, 1, 2]),
                "short": Tensor(shape: [2], values: [1, 2]), "half": Tensor(shape: [], values: [1]),
            ]
            try NPZWriter.write(arrays, to: path)
            func open(_ names: [String?], _ target: String, _ form: TargetForm = .automatic) throws -> any Dataset {
                let source = ArraySource(
                    inputs: names.map { .init(path: path, name: $0) }, targets: .init(path: path, name: target),
                    form: form)
                return try SourceDescription.arrays(source).open().dataset
            }
            let dataset = try open(["a", "b"], "y")
            #expect(dataset.inputShapes == [[1], [2]])
            #expect(try dataset.example(2).inputs.map(\.values) == [[9], [5, 6]])
            #expect(message { try open(["c"], "y") }.contains("no array \"c\"; it holds \"b\", \"a\", \"y\""))
            #expect(message { try open([nil], "y") }.contains("one must be named"))
            #expect(message { try open(["a"], "short") }.contains("holds 3 examples"))
            #expect(message { try open(["a", "short"], "y") }.contains("holds 3 examples"))
            #expect(message { try open(["half"], "y") }.contains("first dimension must count"))
            #expect(message { try open(["a"], "y", .classes) }.contains("example 0: the label is not a whole number"))
            #expect(message { try open(["a"], "b", .classes) }.contains("one whole number per example"))
        }
    }

    @Test("Inline numbers are examples of one number each")
    func inline() throws {
        let points = InlineSource(inputs: [inputs], targets: .values(Tensor(shape: [3], values: [3, 4, 5])))
        let dataset = try SourceDescription.inline(points).open().dataset
        #expect(dataset.target == .values([1]))
        #expect(try dataset.example(2).target == [5])
        let words = InlineSource(
            inputs: [Tensor(shape: [3], values: [1, 2, 3])], targets: .labels(["no", "yes", "no"]),
            classes: .select(["yes", "no"]))
        let classes = try SourceDescription.inline(words).open().dataset
        #expect(classes.inputShapes == [[1]])
        #expect(try classes.classIndices() == [1, 0, 1])
        let short = InlineSource(inputs: [inputs], targets: .labels(["a"]))
        #expect(message { try SourceDescription.inline(short).open() }.contains("holds 1 targets"))
        let infinite = InlineSource(inputs: [Tensor(shape: [1], values: [.nan])], targets: .labels(["a"]))
        #expect(message { try SourceDescription.inline(infinite).open() }.contains("not finite"))
    }
}
