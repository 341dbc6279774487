import Glibc
import Tensors
import Testing

@Suite struct MemoryTests {
    @Test func slabsAreAlignedAndZero() {
        for count in [0, 1, 15, 16, 17, 1000] {
            let slab = Slab(count: count)
            #expect(Int(bitPattern: slab.pointer) % Slab.alignment == 0)
            #expect((0..<Slab.padded(count)).allSatisfy { slab.pointer[$0] == 0 })
        }
        #expect([0, 1, 16, 17].map(Slab.padded) == [0, 16, 16, 32])
        #expect(Slab.bytes(17) == 128)
    }

    @Test func slabsCopy() {
        let a = Slab(count: 3)
        let b = Slab(count: 3)
        for index in 0..<3 { a.pointer[index] = Float(index + 1) }
        b.copy(from: a)
        #expect((0..<3).map { b.pointer[$0] } == [1, 2, 3])
    }

    /// A new folder for one test.
    private func temporaryFolder() throws -> String {
        var template = Array("/tmp/finetune-tensors-XXXXXX".utf8CString)
        return String(cString: try #require(mkdtemp(&template)))
    }

    @Test func filesAreMapped() throws {
        let folder = try temporaryFolder()
        defer { rmdir(folder) }
        let path = folder + "/file"
        defer { unlink(path) }
        try AtomicFile.write("hello", to: path)
        let file = try MappedFile(path: path)
        #expect(String(decoding: file.bytes, as: UTF8.self) == "hello")
        // What is mapped stays where the name goes elsewhere.
        try AtomicFile.write("", to: path)
        #expect(String(decoding: file.bytes, as: UTF8.self) == "hello")
        #expect(try MappedFile(path: path).bytes.isEmpty)
    }

    @Test func whatCannotBeMappedIsSaidInOneSentence() throws {
        let folder = try temporaryFolder()
        defer { rmdir(folder) }
        let missing = #expect(throws: SystemError.self) { try MappedFile(path: folder + "/none") }
        #expect(missing?.description == "cannot open \(folder)/none: No such file or directory")
        let directory = #expect(throws: SystemError.self) { try MappedFile(path: folder) }
        #expect(directory?.description == "cannot read \(folder): it is not a regular file")
    }

    /// SHA-256, as FIPS 180 gives it.
    @Test func contentHashes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(ContentHash.of(UnsafeRawBufferPointer(start: nil, count: 0)) == empty)
        var hash = ContentHash()
        hash.update("a")
        hash.update("")
        hash.update("bc")
        #expect(hash.finalize() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
