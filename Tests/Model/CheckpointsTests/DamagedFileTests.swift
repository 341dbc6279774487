import Foundation
import Tensors
import Testing

@testable import Checkpoints

/// Whatever the bytes, opening a file ends in a checkpoint or a sentence, never in a crash.
@Suite struct DamagedFileTests {
    private func open(_ bytes: some Collection<UInt8>, in folder: String) throws -> String? {
        let path = folder + "/file"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return message {
            let file = try Checkpoint(path: path)
            for tensor in file.tensors.values { _ = tensor.read() }
        }
    }

    @Test(arguments: [
        "types.h5", "attributes.h5", "latest.h5", "plain.npy", "fortran_big.npy", "types.safetensors", "stored.npz",
        "deflated.npz",
    ])
    func aTruncatedFileIsASentence(name: String) throws {
        let whole = try bytes(of: fixture(name))
        try withTemporaryFolder { folder in
            for part in 0..<50 {
                let text = try #require(
                    try open(whole.prefix(whole.count * part / 50), in: folder), "\(name) \(part)/50")
                #expect(text.contains(folder) && !text.contains("\n"), "\(text)")
            }
        }
    }

    @Test(arguments: ["plain.npy", "fortran_big.npy", "types.safetensors", "stored.npz", "deflated.npz"])
    func aMutatedFileIsReadOrRefused(name: String) throws {
        let whole = try bytes(of: fixture(name))
        var generator = SeededGenerator(seed: 1, stream: .shuffle)
        try withTemporaryFolder { folder in
            for _ in 0..<200 {
                var mutated = whole
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    mutated[Int.random(in: 0..<mutated.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                _ = try open(mutated, in: folder)
            }
        }
    }

    /// Mutations that are known not to crash libhdf5 itself: the magic, attribute values and the data.
    @Test func mutatedHDF5TextIsReadOrRefused() throws {
        let whole = try bytes(of: fixture("aligned.h5"))
        try withTemporaryFolder { folder in
            for index in 0..<8 {
                var mutated = whole
                mutated[index] ^= 0x55
                let text = try #require(try open(mutated, in: folder))
                #expect(text.contains("not a checkpoint"))
            }
        }
    }

    @Test(
        arguments: [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0], "a PNG image"),
            ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG image"), ([], "an empty file"),
            (Array("hello, world\n".utf8), "text"), (Array("{\"a\": 1}".utf8), "JSON text"),
            ([0x1F, 0x8B, 8, 0], "a gzip-compressed file"), ([0x80, 2, 0x7D, 0x71], "a Python pickle"),
            ([0, 1, 2, 3, 250, 251, 252, 253, 254, 255, 0, 0, 0], "a file of unknown kind"),
        ] as [([UInt8], String)])
    func foreignFilesAreNamed(bytes: [UInt8], name: String) throws {
        try withTemporaryFolder { folder in
            let text = try #require(try open(bytes, in: folder))
            #expect(text.hasPrefix("\(folder)/file is \(name)") && text.contains("not a checkpoint"), "\(text)")
        }
    }

    @Test func archivesWithoutArraysAreNamed() throws {
        try withTemporaryFolder { folder in
            let keras = try ZipWriter.encode([("config.json", []), ("model.weights.h5", [])], label: "test")
            #expect(try #require(try open(keras, in: folder)).contains("\"model.weights.h5\": it is not an HDF5 file"))
            // An archive in an archive is not unpacked: one can be made that contains itself.
            let nested = try ZipWriter.encode([("config.json", []), ("model.weights.h5", keras)], label: "test")
            #expect(try #require(try open(nested, in: folder)).contains("\"model.weights.h5\": it is not an HDF5 file"))
            let torch = try ZipWriter.encode([("model/data.pkl", [1])], label: "test")
            #expect(try #require(try open(torch, in: folder)).contains("PyTorch"))
            let other = try ZipWriter.encode([("readme.txt", [65])], label: "test")
            #expect(try #require(try open(other, in: folder)).contains("readme.txt"))
        }
    }

    @Test func missingFilesAndFoldersAreNamed() {
        #expect(
            message { try Checkpoint(path: "/nowhere/file.h5") }
                == "cannot open /nowhere/file.h5: No such file or directory")
        #expect(message { try Checkpoint(path: "/tmp") } == "cannot read /tmp: it is not a regular file")
    }
}
