import Tensors
import Testing

@testable import Data

@Suite struct IDXTests {
    private func open(_ inputs: [UInt8], _ targets: [UInt8], _ rule: ClassRule = .all) throws -> OpenedSource {
        try withTemporaryFolder { folder in
            try write(inputs, to: folder + "/x")
            try write(targets, to: folder + "/y")
            return try SourceDescription.idx(IDXSource(inputs: folder + "/x", targets: folder + "/y", classes: rule))
                .open()
        }
    }

    private let images = idx(8, [4, 1, 2], [0, 1, 2, 3, 4, 5, 6, 255])
    private let labels = idx(8, [4], [7, 5, 7, 6])

    @Test("Bytes and labels come as they are stored")
    func plain() throws {
        let dataset = try open(images, labels).dataset
        #expect(dataset.count == 4)
        #expect(dataset.inputShapes == [[1, 2]])
        #expect(dataset.target == .classes((0...7).map(String.init)))
        #expect(try dataset.example(3).inputs == [Tensor(shape: [1, 2], values: [6, 255])])
        #expect(try dataset.classIndices() == [7, 5, 7, 6])
    }

    @Test("Classes are selected and numbered in the order given")
    func selection() throws {
        let dataset = try open(images, labels, .select(["6", "7"])).dataset
        #expect(dataset.target == .classes(["6", "7"]))
        #expect(try dataset.classIndices() == [1, 1, 0])
        #expect(try dataset.example(1).inputs[0].values == [4, 5])
        #expect(dataset.name(of: 1) == "example 2")
    }

    @Test("A class that does not occur is refused with those that do")
    func missingClass() {
        let text = message { try open(images, labels, .select(["5", "8", "T-shirt"])) }
        #expect(text.contains("no example of the classes \"8\", \"T-shirt\"; present are \"5\", \"6\", \"7\""))
        #expect(message { try open(images, labels, .select(["5", "5"])) }.contains("named twice"))
        #expect(message { try open(images, labels, .known(["5", "6"])) }.contains("example 0: the label \"7\""))
    }

    @Test("Other element types are swapped to this machine's order")
    func types() throws {
        let column = try withFile("x", idx(0x0C, [2], [0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 1, 0])) {
            try IDXFile(path: $0).column()
        }
        #expect((0..<2).map { column.integer($0) } == [-2, 256])
        let float = try withFile("x", idx(0x0D, [1, 2], [0x3F, 0x80, 0, 0, 0xC0, 0x20, 0, 0])) {
            try IDXFile(path: $0).column()
        }
        var values: [Float] = [0, 0]
        float.read(0, to: &values)
        #expect(values == [1, -2.5])
    }

    @Test("Numbers as targets are values")
    func values() throws {
        let targets = idx(0x0D, [1], [0x3F, 0x80, 0, 0])
        let dataset = try open(idx(8, [1, 2], [1, 2]), targets).dataset
        #expect(dataset.target == .values([1]))
        #expect(try dataset.example(0).target == [1])
    }

    @Test("What is not whole is said to be")
    func damaged() {
        let cases: [([UInt8], String)] = [
            (Array(images.dropLast()), "truncated"), (images + [0], "1 bytes too many"), ([], "ends within the header"),
            (Array(images.prefix(7)), "ends within the header"), (Array("GIF89a".utf8), "47 49 46 38"),
            (idx(8, [0, 2], []), "no elements"), (idx(0x0A, [1], [0]), "not an IDX file"),
            (idx(8, [1 << 31, 1 << 31, 1 << 31], []), "larger than any file"),
            ([0, 0, 8, 9] + Array(repeating: 0, count: 40), "at most 8"),
        ]
        for (bytes, expected) in cases { #expect(message { try open(bytes, labels) }.contains(expected)) }
        #expect(message { try open(images, idx(8, [3], [1, 2, 3])) }.contains("holds 4 examples"))
        #expect(message { try open(images, idx(9, [4], [1, 255, 0, 0])) }.contains("label -1 is negative"))
        #expect(
            message { try open(images, idx(8, [4, 2], Array(repeating: 0, count: 8)), .select(["1"])) }.contains("(2,)")
        )
    }

    @Test("A missing file is named")
    func missingFile() {
        let source = IDXSource(inputs: "/nowhere/x", targets: "/nowhere/y")
        #expect(message { try SourceDescription.idx(source).open() }.contains("/nowhere/x: No such file"))
    }

    @Test(
        "Damaged gzip files are refused, whatever they claim", .enabled(if: hasFashion, "no Debian Fashion-MNIST here"))
    func gzip() throws {
        let good = try bytes(of: fashion + "/t10k-labels-idx1-ubyte.gz")
        var generator = SeededGenerator(seed: 1, stream: .bootstrap)
        let truncated = Array(good.prefix(good.count / 2))
        let trailing = good + [1, 2, 3, 4, 5]
        var flipped = good
        flipped[good.count / 2] ^= 0x10
        var huge = good
        huge.replaceSubrange((good.count - 4)..., with: [0xFF, 0xFF, 0xFF, 0x7F])
        for bytes in [truncated, trailing, flipped, huge, Array(good.prefix(10))] {
            let text = try withFile("labels.gz", bytes) { path in message { try IDXFile(path: path) } }
            #expect(text.contains("labels.gz"))
        }
        for _ in 0..<100 {
            var bytes = good
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            _ = try withFile("labels.gz", bytes) { path in message { try IDXFile(path: path) } }
        }
    }

    @Test(
        "Fashion-MNIST: all of it, the five later classes, stratified",
        .enabled(if: hasFashion, "no Debian Fashion-MNIST here"))
    func fashionMNIST() throws {
        let source = IDXSource(
            inputs: fashion + "/train-images-idx3-ubyte.gz", targets: fashion + "/train-labels-idx1-ubyte.gz",
            classes: .select(["5", "6", "7", "8", "9"]))
        let opened = try SourceDescription.idx(source).open()
        #expect(opened.dataset.count == 30_000)
        #expect(try DataChecks.histogram(opened.dataset) == Array(repeating: 6000, count: 5))
        let split = try Split.of(opened.dataset, share: 0.1, seed: 42)
        #expect(split.validation.count == 3000)
        #expect(try DataChecks.histogram(opened.dataset, examples: split.validation) == Array(repeating: 600, count: 5))
        let range = try #require(try InputRange(of: opened.dataset))
        #expect(range == InputRange(minimum: 0, maximum: 255))
        #expect(range.warning(expected: InputRange(minimum: 0, maximum: 1))?.contains("too large") == true)
    }
}
