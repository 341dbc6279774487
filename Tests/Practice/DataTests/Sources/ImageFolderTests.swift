import Tensors
import Testing

@testable import Data

@Suite struct ImageFolderTests {
    /// Copies fixtures to places in a new folder.
    private func withFolder<T>(_ files: [String: String], _ body: (String) throws -> T) throws -> T {
        try withTemporaryFolder { folder in
            for (place, name) in files { try write(bytes(of: fixture(name)), to: "\(folder)/\(place)") }
            return try body(folder)
        }
    }

    private func open(_ folder: String, _ change: (inout ImageFolderSource) -> Void = { _ in }) throws -> OpenedSource {
        var source = ImageFolderSource(path: folder)
        change(&source)
        return try SourceDescription.imageFolder(source).open()
    }

    private let animals = [
        "dog/b.png": "rgb.png", "dog/deep/a.JPG": "subsampled.jpg", "cat/1.png": "grey.png", "10/x.png": "rgb.png",
        "cat/notes.txt": "text.jpg", ".hidden/y.png": "rgb.png",
    ]

    @Test("Folders are classes, sorted by their bytes; colour wins; other files are counted")
    func layout() throws {
        try withFolder(animals) { folder in
            let opened = try open(folder)
            #expect(opened.dataset.target == .classes(["10", "cat", "dog"]))
            #expect(opened.dataset.inputShapes == [[16, 24, 3]])
            #expect(try opened.dataset.classIndices() == [0, 1, 2, 2])
            #expect(opened.dataset.name(of: 3).hasSuffix("dog/deep/a.JPG"))
            #expect(opened.notes.count == 1 && opened.notes[0].contains("1 file not named"))
            let pixel = try opened.dataset.example(1).inputs[0].values
            #expect(pixel[3..<6] == [11, 11, 11])
        }
    }

    @Test("Classes are selected and known ones followed")
    func classes() throws {
        try withFolder(animals) { folder in
            let some = try open(folder) { $0.classes = .select(["dog", "10"]) }.dataset
            #expect(try some.classIndices() == [1, 0, 0])
            let known = try open(folder) { $0.classes = .known(["cat", "dog", "10", "bird"]) }.dataset
            #expect(try known.classIndices() == [2, 0, 1, 1])
            #expect(
                message { try open(folder) { $0.classes = .select(["bird"]) } }.contains(
                    "present are \"10\", \"cat\", \"dog\""))
            #expect(message { try open(folder) { $0.classes = .known(["cat"]) } }.contains("x.png"))
        }
    }

    @Test("Sizes must agree or be given")
    func sizes() throws {
        try withFolder(["a/1.png": "rgb.png", "a/2.jpg": "exif_6.jpg"]) { folder in
            #expect(message { try open(folder) }.contains("\"size\": [height, width]"))
            let source = SourceDescription.imageFolder(ImageFolderSource(path: folder))
            let steps: [Transform] = [.resize(ImageSize(height: 5, width: 6)), .rescale(scale: 2)]
            let anticipated = try source.anticipating(steps).open().dataset
            let direct = try open(folder) { $0.size = ImageSize(height: 5, width: 6) }.dataset
            #expect(
                try TransformedDataset(anticipated, steps).example(1).inputs[0].values
                    == direct.example(1).inputs[0].values.map { $0 * 2 })
            let resized = try open(folder) {
                $0.size = ImageSize(height: 8, width: 8)
                $0.channels = 1
            }.dataset
            #expect(resized.inputShapes == [[8, 8, 1]])
            #expect(try resized.example(1).inputs[0].values.allSatisfy { (0...255).contains($0) })
        }
    }

    @Test("A picture that does not decode is named, or left out and counted where told")
    func badPictures() throws {
        try withFolder(["a/1.png": "rgb.png", "a/2.jpg": "truncated.jpg", "b/3.png": "rgb.png"]) { folder in
            let dataset = try open(folder).dataset
            #expect(message { try dataset.example(1) }.contains("2.jpg"))
            let skipping = try open(folder) { $0.onBadExample = .skip }
            #expect(skipping.dataset.count == 2)
            #expect(try skipping.dataset.classIndices() == [0, 1])
            #expect(skipping.skipped.map(\.name) == [folder + "/a/2.jpg"])
        }
    }

    @Test("Folders without the right layout are refused")
    func refused() throws {
        try withFolder(["a/1.png": "rgb.png", "2.png": "rgb.png"]) { folder in
            #expect(message { try open(folder) }.contains("2.png beside its folders"))
        }
        try withFolder(["a/1.png": "rgb.png", "b/c.txt": "text.jpg"]) { folder in
            #expect(message { try open(folder) }.contains("\"b\" holds no"))
        }
        try withFolder(["readme.txt": "text.jpg"]) { folder in
            #expect(message { try open(folder) }.contains("holds no folders"))
            #expect(message { try open(folder + "/absent") }.contains("No such file"))
        }
    }
}
