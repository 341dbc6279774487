import Checkpoints
import Tensors
import Testing

@testable import Data

@Suite struct PictureStoreTests {
    private static let names = ["rgb.png", "subsampled.jpg", "grey.jpg", "palette.png"]

    private func dataset() -> ImageDataset {
        ImageDataset(
            paths: PictureStoreTests.names.map { fixture($0) }, labels: [0, 1, 2, 3],
            target: .classes(["a", "b", "c", "d"]), size: ImageSize(height: 31, width: 17), channels: 3)
    }

    @Test("Kept pictures are the numbers that decoding gives", arguments: [0, 3000, 1 << 20])
    func sameNumbers(room: Int) throws {
        let (plain, keeping) = (dataset(), dataset())
        keeping.keepPictures(upTo: room)
        #expect(keeping.heldBytes == room)
        for pass in 0..<3 {
            for index in PictureStoreTests.names.indices {
                let (kept, expected) = (try keeping.example(index), try plain.example(index))
                #expect(kept.inputs == expected.inputs && kept.target == expected.target, "\(index) in pass \(pass)")
            }
        }
    }

    @Test("A kept picture is not read again, one without room is")
    func keptPicturesNeedNoFile() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.png"
            try write(try bytes(of: fixture("rgb.png")), to: path)
            func dataset(room: Int) throws -> ImageDataset {
                let data = ImageDataset(
                    paths: [path], labels: nil, target: .none, size: ImageSize(height: 9, width: 9), channels: 3)
                data.keepPictures(upTo: room)
                _ = try data.example(0)
                return data
            }
            let (kept, crowded) = (try dataset(room: 1 << 20), try dataset(room: 10))
            let expected = try kept.example(0).inputs
            try write([], to: path)
            #expect(try kept.example(0).inputs == expected)
            #expect(message { try crowded.example(0) }.contains("the file is empty"))
        }
    }

    @Test("What is made from a dataset lets it keep its pictures")
    func wrappersPassItOn() throws {
        let data = dataset()
        let transformed = try TransformedDataset(data, [.rescale(scale: 0.5, offset: 1)])
        Subset(transformed, indices: [1]).keepPictures(upTo: 4096)
        #expect(data.heldBytes == 4096)
    }
}
