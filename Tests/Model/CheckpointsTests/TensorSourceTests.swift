import Foundation
import OrderedCollections
import Tensors
import Testing

@testable import Checkpoints

/// What goes from one container to another keeps its type and every byte.
@Suite struct TensorSourceTests {
    /// One tensor of each type, its bytes a ramp that no conversion to float32 and back would leave alone.
    private func everyType(_ folder: String) throws -> OrderedDictionary<String, TensorSource> {
        var tensors: OrderedDictionary<String, TensorSource> = [:]
        for type in DataType.allCases {
            let bytes = (0..<6 * type.size).map {
                type == .bool ? UInt8($0 % 2) : UInt8(truncatingIfNeeded: $0 * 37 + 5)
            }
            let path = folder + "/\(type.rawValue).bin"
            try AtomicFile.write(bytes, to: path)
            let stored = StoredTensor(
                name: type.rawValue, shape: [2, 3], dataType: type, mapping: try MappedFile(path: path), offset: 0)
            tensors[type.rawValue] = TensorSource(stored)
        }
        return tensors
    }

    private func check(_ path: String, _ wanted: OrderedDictionary<String, TensorSource>) throws {
        let file = try Checkpoint(path: path)
        #expect(file.tensors.count == wanted.count && file.skipped.isEmpty)
        for (name, source) in wanted {
            let found = try file.tensor(name)
            #expect(found.dataType == source.dataType && found.shape == source.shape, "\(name)")
            #expect(found.withBytes { Array($0) } == source.withBytes { Array($0) }, "\(name)")
        }
    }

    @Test func everyTypeGoesThroughEveryContainer() throws {
        try withTemporaryFolder { folder in
            let tensors = try everyType(folder)
            try NPZWriter.write(tensors, to: folder + "/a.npz")
            try check(folder + "/a.npz", tensors)
            try SafeTensorsWriter.write(tensors, to: folder + "/a.safetensors")
            try check(folder + "/a.safetensors", tensors)
            var root = HDF5Group()
            for (name, tensor) in tensors { try root.insert(tensor, at: name) }
            try HDF5Writer.write(root, to: folder + "/a.h5")
            try check(folder + "/a.h5", tensors)
        }
    }

    @Test func largeTensorsAndSmallOnesStayInTheirPlaces() throws {
        let large = Tensor(shape: [3, 100_000], values: (0..<300_000).map(Float.init))
        var root = HDF5Group()
        for index in 0..<5 {
            try root.insert(
                TensorSource(shape: large.shape) { large.values.map { $0 + Float(index) } }, at: "large\(index)")
            try root.insert(Tensor(shape: [3], values: [1, 2, Float(index)]), at: "small\(index)")
        }
        try withTemporaryFolder { folder in
            try HDF5Writer.write(root, to: folder + "/a.h5")
            let file = try Checkpoint(path: folder + "/a.h5")
            for index in 0..<5 {
                #expect(try file.tensor("large\(index)").read().values == large.values.map { $0 + Float(index) })
                #expect(try file.tensor("small\(index)").read().values == [1, 2, Float(index)])
            }
        }
    }

    @Test func checksumsAreThoseOfZip() {
        func checksum(_ text: String) -> UInt32 {
            var crc = CRC32()
            Array(text.utf8).withUnsafeBytes { crc.update($0) }
            return crc.value
        }
        // The check value of every CRC catalogue, and zlib's of a longer text in two parts.
        #expect(checksum("123456789") == 0xCBF4_3926)
        #expect(checksum("") == 0)
        var parts = CRC32()
        for part in ["The quick brown fox ", "jumps over the lazy dog"] {
            Array(part.utf8).withUnsafeBytes { parts.update($0) }
        }
        #expect(parts.value == 0x414F_A339)
    }

    @Test func archivesGoOverManyEntries() throws {
        let entries = (0..<70_000).map { ("\($0)", FileImage([UInt8(truncatingIfNeeded: $0)])) }
        try withTemporaryFolder { folder in
            let path = folder + "/many.zip"
            try ZipWriter.image(entries.map { (name: $0.0, content: $0.1) }, label: path).write(to: path)
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            let archive = try ZipArchive.open(descriptor: descriptor, path: path)
            let names = archive.names
            #expect(names.count == 70_000 && names.last == "69999")
            var byte: UInt8 = 0
            try withUnsafeMutableBytes(of: &byte) { try archive.read(69_999, into: $0) }
            #expect(byte == UInt8(truncatingIfNeeded: 69_999))
        }
    }

    @Test func wideningKeepsValues() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([0x80, 0x3F, 0x20, 0xC0], to: folder + "/pairs")
            let stored = StoredTensor(
                name: "pairs", shape: [2], dataType: .bfloat16, mapping: try MappedFile(path: folder + "/pairs"),
                offset: 0)
            let wide = TensorSource(stored).widened
            #expect(wide.dataType == .float32 && wide.shape == [2])
            #expect(wide.withBytes { Array($0.bindMemory(to: Float.self)) } == [1, -2.5])
        }
    }
}
