import Foundation
import Tensors
import Testing

@testable import Checkpoints

/// What the reading process says is believed only as far as it can be true.
@Suite struct HDF5IndexTests {
    private static let limits = HDF5Limits(fileSize: 1000)

    /// The bytes that a writer makes.
    private func stream(_ write: (inout HDF5IndexWriter) throws -> Void) throws -> [UInt8] {
        try withTemporaryFolder { folder in
            let descriptor = open(folder + "/index", O_RDWR | O_CREAT, 0o600)
            defer { close(descriptor) }
            var writer = HDF5IndexWriter(descriptor: descriptor, limits: HDF5IndexTests.limits)
            try write(&writer)
            return try bytes(of: folder + "/index")
        }
    }

    private func read(_ bytes: [UInt8], step: Int = .max) throws -> HDF5IndexReader {
        var reader = HDF5IndexReader(limits: HDF5IndexTests.limits, room: 4096)
        var rest = bytes[...]
        while !rest.isEmpty {
            try rest.prefix(step).withUnsafeBytes { try reader.append($0) }
            rest = rest.dropFirst(step)
        }
        return reader
    }

    private let datasets = [
        HDF5Contents.Dataset(path: "a/kernel:0", shape: [2, 3], dataType: .float32, place: .file(offset: 976)),
        HDF5Contents.Dataset(path: "a/half", shape: [], dataType: .bfloat16, place: .converted(offset: 64)),
        HDF5Contents.Dataset(path: "none", shape: [0, 1 << 40], dataType: .float64, place: .file(offset: 0)),
    ]

    private let values: [(String, AttributeValue)] = [
        ("empty", .empty), ("text", .string("größer")), ("texts", .strings(["", "b\n"])), ("none", .strings([])),
        ("integer", .integer(.min)), ("integers", .integers([1, -2])), ("number", .number(-0.0)),
        ("numbers", .numbers([.infinity, 1e-300])),
    ]

    private func whole() throws -> [UInt8] {
        try stream { writer in
            try writer.group("")
            for (name, value) in values { try writer.attribute(name, of: "", value) }
            try writer.progress()
            for dataset in datasets { try writer.dataset(dataset) }
            try writer.skipped(SkippedObject(name: "text", reason: "text"))
            try writer.end(convertedBytes: 66)
        }
    }

    @Test(arguments: [1, 7, 64, Int.max])
    func whatIsSaidIsHeardHoweverItArrives(step: Int) throws {
        let reader = try read(try whole(), step: step)
        #expect(reader.isComplete && reader.convertedBytes == 66 && reader.failure == nil)
        let contents = reader.finish()
        #expect(Array(contents.groups) == [""])
        #expect(contents.datasets == datasets)
        #expect(contents.attributes[""]?.map(\.key) == values.map(\.0))
        #expect(contents.attributes[""]?.map(\.value) == values.map(\.1))
        #expect(contents.skipped == [SkippedObject(name: "text", reason: "text")])
    }

    @Test func aFailureIsHeard() throws {
        let reader = try read(try stream { $0.failure(.refused, at: "a", "because") })
        #expect(reader.failure == .init(code: .refused, place: "a", text: "because"))
        #expect(reader.isComplete && reader.convertedBytes == nil)
    }

    @Test func aStreamThatStopsIsNotComplete() throws {
        let bytes = try whole()
        for count in 0..<bytes.count { #expect(try !read(Array(bytes.prefix(count))).isComplete) }
    }

    private func dataset(
        _ shape: [UInt64], _ type: UInt8 = 1, place: UInt8 = 0, offset: UInt64 = 0, path: [UInt8] = [97]
    ) -> [UInt8] {
        var frame: [UInt8] = [HDF5Index.Tag.dataset.rawValue]
        func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { frame += Array($0) } }
        add(UInt32(path.count))
        frame += path + [type, UInt8(shape.count)]
        for extent in shape { add(extent) }
        frame.append(place)
        add(offset)
        return withUnsafeBytes(of: UInt32(frame.count).littleEndian) { Array($0) } + frame
    }

    @Test func whatCannotBeIsRefused() throws {
        let cases: [([UInt8], String)] = [
            ([0, 0, 0, 0], "an empty frame"), ([1, 0, 0, 0, 99], "an unknown frame"),
            ([2, 0, 0, 0, 0, 0], "a frame that is too long"), ([1, 0, 0, 0, 1], "a frame that is too short"),
            (dataset([3], offset: 992), "a dataset outside the file"),
            (dataset([3], offset: 1 << 63), "a number that is too large"),
            (dataset([1025], place: 1), "a dataset outside the file"),
            (dataset([1 << 62, 16]), "an impossible shape"), (dataset([0, 1 << 62, 16]), "an impossible shape"),
            (dataset([.max]), "a number that is too large"), (dataset([], 200), "an unknown element type"),
            (dataset([], place: 2), "an unknown place"),
            (dataset([UInt64](repeating: 1, count: 33)), "a rank of 33"),
            (dataset([1], path: [0xFF]), "text that is not UTF-8"),
            (dataset([1]) + dataset([1]), "two datasets of one name"),
            (
                dataset([10], place: 1, offset: 0) + [9, 0, 0, 0, 6, 39, 0, 0, 0, 0, 0, 0, 0],
                "fewer bytes than it named"
            ),
            ([9, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], "it goes on after its end"),
        ]
        for (bytes, problem) in cases {
            #expect(throws: HDF5IndexError(problem)) { try read(bytes) }
        }
        #expect(throws: HDF5IndexError("it does not end")) {
            var reader = HDF5IndexReader(limits: HDF5IndexTests.limits, room: 0)
            let piece: [UInt8] = [1, 0, 0, 0, 0] + Array(repeating: [1, 0, 0, 0, 0], count: 10_000).joined()
            for _ in 0..<1000 { try piece.withUnsafeBytes { try reader.append($0) } }
        }
    }

    @Test func anIndexOutOfProportionIsNotSaid() {
        #expect(throws: HDF5IndexOverflow.self) {
            let text = String(repeating: "a", count: 1 << 20)
            _ = try stream { writer in
                for index in 0..<40 { try writer.attribute("\(index)", of: "", .string(text)) }
            }
        }
    }

    @Test func aMutatedStreamIsHeardOrRefused() throws {
        let whole = try whole()
        var generator = SeededGenerator(seed: 5, stream: .shuffle)
        for _ in 0..<5000 {
            var mutated = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<mutated.count, using: &generator)
                mutated[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
            }
            guard let reader = try? read(mutated) else { continue }
            let used = reader.convertedBytes ?? 4096
            for dataset in reader.finish().datasets {
                switch dataset.place {
                case .file(let offset): #expect(offset + dataset.byteCount <= 1000)
                case .converted(let offset): #expect(offset + dataset.byteCount <= used)
                }
            }
        }
    }
}
