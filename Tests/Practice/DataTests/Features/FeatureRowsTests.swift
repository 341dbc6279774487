import Glibc
import Tensors
import Testing

@testable import Data

/// Rows that are kept, and what is believed of their files.
@Suite struct FeatureRowsTests {
    /// A folder of its own.
    private final class Scratch {
        let path: String
        init() throws {
            var template = Array("/tmp/finetune-rows-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw SystemError(operation: "make", path: "/tmp") }
            path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        deinit { _ = system("rm -rf '\(path)'") }
    }

    private func values(_ row: Int, _ floats: Int = 5) -> [Float] { (0..<floats).map { Float(row * 10 + $0) + 0.25 } }

    private func read(_ rows: FeatureRows, _ row: Int) -> [Float]? {
        guard rows.bring(row) else { return nil }
        var found = [Float](repeating: 0, count: rows.shape.floats)
        rows.shape.precision.dataType.convert(from: rows.values(of: row), count: found.count, to: &found)
        return found
    }

    private func open(_ path: String, key: String = "k", count: Int = 6, needed: Int = 6) throws -> FeatureRows? {
        try FeatureRows(path: path, key: key, FeatureShape(count: count, floats: 5), needed: needed)
    }

    @Test func rowsComeBackFromMemoryAndFiles() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a"
        for rows in [try FeatureRows(FeatureShape(count: 6, floats: 5)), try #require(try open(path))] {
            #expect(read(rows, 3) == nil && rows.found == 0)
            for row in [3, 0, 5] { try rows.write(row, values(row)) }
            // A row that is there stays as it is.
            try rows.write(3, values(4))
            for row in 0..<6 { #expect(read(rows, row) == ([3, 0, 5].contains(row) ? values(row) : nil)) }
        }
        // What was begun is gone on with.
        let again = try #require(try open(path))
        #expect(again.found == 3 && read(again, 5) == values(5) && read(again, 1) == nil)
        for row in [1, 2, 4] { try again.write(row, values(row)) }
        #expect(try open(path)?.found == 6)
    }

    /// Half the room, and the numbers that bfloat16 keeps; a file of float32 is not believed to be one of bfloat16.
    @Test func rowsAreKeptAsBFloat16() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a"
        let shape = FeatureShape(count: 6, floats: 5, precision: .bfloat16)
        func open() throws -> FeatureRows? { try FeatureRows(path: path, key: "k", shape, needed: 6) }
        do {
            let whole = try #require(try self.open(path))
            for row in 0..<6 { try whole.write(row, values(row)) }
        }
        let exact: [Float] = [1, -0.5, 3.140625, 0, 0x1p-130]
        for rows in [try FeatureRows(shape), try #require(try open())] {
            #expect(rows.found == 0 && rows.bytes == 60)
            try rows.write(3, exact)
            try rows.write(0, exact.map { $0 * (1 + 0x1p-9) })
            #expect(read(rows, 3) == exact && read(rows, 0) == exact && read(rows, 1) == nil)
        }
        let again = try #require(try open())
        #expect(again.found == 2 && read(again, 3) == exact)
    }

    @Test func whatIsNotOursOrTornIsNotBelieved() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a"
        func fill() throws {
            let rows = try #require(try open(path))
            for row in 0..<6 { try rows.write(row, values(row)) }
        }
        func damage(_ offset: Int, _ byte: UInt8) throws {
            let descriptor = Glibc.open(path, O_RDWR)
            defer { close(descriptor) }
            var byte = byte
            #expect(pwrite(descriptor, &byte, 1, off_t(offset)) == 1)
        }
        try fill()
        #expect(try open(path, key: "another")?.found == 0)
        try fill()
        #expect(try open(path, count: 7)?.found == 0)
        // In the header, in a hash, in a row.
        try fill()
        try damage(9, 7)
        #expect(try open(path)?.found == 0)
        try fill()
        try damage(4096 + 8 * 2, 1)
        try damage(8192 + 4 * 5 * 4 + 3, 1)
        do {
            let rows = try #require(try open(path))
            for row in 0..<6 { #expect(read(rows, row) == (row == 2 || row == 4 ? nil : values(row))) }
            try rows.write(2, values(2))
            #expect(read(rows, 2) == values(2))
        }
        #expect(try open(path)?.found == 6)
        truncate(path, 5000)
        #expect(try open(path)?.found == 0)
    }

    @Test func aFileThatIsBeingFilledBelongsToOne() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a"
        let first = try #require(try open(path, needed: 4))
        #expect(try open(path) == nil)
        for row in 0..<4 { try first.write(row, values(row)) }
        // All that is needed is there: others may read.
        let second = try #require(try open(path, needed: 4))
        #expect(second.found == 4 && read(second, 2) == values(2))
        // Two more rows are nobody's to write while both have it open.
        #expect(try open(path) == nil)
        try second.write(5, values(5))
        #expect(read(second, 5) == nil)
    }

    @Test func whatWasUsedLongestAgoGoes() throws {
        let scratch = try Scratch()
        let folder = FeatureFolder(path: scratch.path + "/deep/features", limit: 90_000)
        func store() -> FeatureStore { FeatureStore(folder: folder, lastingFrom: 0) }
        func use(_ key: String, _ store: FeatureStore) throws -> FeatureRows {
            let rows = try #require(store.rows(key: key, count: 1000, floats: 10, needed: 1000, isLasting: true))
            for row in 0..<1000 { try rows.write(row, values(row, 10)) }
            return rows
        }
        func isThere(_ key: String) -> Bool { access(folder.file(of: key), F_OK) == 0 }
        // Each takes some 52 kB.
        _ = try use("a", store())
        #expect(isThere("a"))
        usleep(20_000)
        let held = store()
        let rows = try use("b", held)
        #expect(!isThere("a") && isThere("b") && rows.path != nil)
        // One that is in use stays, and the next one lies in memory.
        let third = store()
        #expect(try use("c", third).path == nil)
        #expect(isThere("b") && !isThere("c"))
        // The same store has the same rows, whatever became of the file.
        #expect(held.rows(key: "b", count: 1000, floats: 10, needed: 1000, isLasting: true) === rows)
    }

    @Test func whereNoFolderCanBeHadMemoryIsTaken() throws {
        let store = FeatureStore(folder: FeatureFolder(path: "/proc/nowhere"), memoryLimit: 1 << 20, lastingFrom: 0)
        #expect(store.rows(key: "a", count: 10, floats: 10, needed: 10, isLasting: true)?.path == nil)
        #expect(store.rows(key: "b", count: 1 << 20, floats: 10, needed: 1 << 20, isLasting: true) == nil)
        #expect(store.rows(key: "b", count: 1 << 20, floats: 10, needed: 10, isLasting: false) != nil)
        let bounded = FeatureStore(folder: nil, limit: 399)
        #expect(bounded.rows(key: "a", count: 10, floats: 10, needed: 10, isLasting: true) == nil)
    }
}
