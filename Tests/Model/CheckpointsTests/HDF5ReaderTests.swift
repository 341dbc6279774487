import Tensors
import Testing

@testable import Checkpoints

@Suite struct HDF5ReaderTests {
    @Test func readsEveryKindOfAttribute() throws {
        let file = try Checkpoint(path: fixture("attributes.h5"))
        #expect(file.format == .hdf5)
        #expect(file.attribute("variable_ascii") == .string("plain"))
        #expect(file.attribute("variable_utf8") == .string("größer"))
        #expect(file.attribute("fixed") == .string("fixed"))
        #expect(file.attribute("fixed_list") == .strings(["a", "bcd", ""]))
        #expect(file.attribute("variable_list") == .strings(["x", "ÿz"]))
        #expect(file.attribute("nothing") == .empty)
        #expect(file.strings("no_names") == [])
        #expect(file.attribute("long_text")?.string?.utf8.count == 70000)
        #expect(file.attribute("integer") == .integer(7))
        #expect(file.attribute("integers") == .integers([1, -2, 3]))
        #expect(file.attribute("number") == .number(0.5))
        #expect(file.attribute("numbers") == .numbers([0.5, 1.5]))
        #expect(file.attribute("truth") == .integer(1))
        #expect(file.attribute("deep", of: "a/b") == .string("yes"))
        #expect(Array(file.groups) == ["", "a", "a/b", "split"])
    }

    @Test func joinsSplitAttributes() throws {
        let file = try Checkpoint(path: fixture("attributes.h5"))
        #expect(file.strings("layer_names", of: "split") == (0..<10).map { "layer_0000\($0)" })
        #expect(file.strings("weight_names", of: "split") == nil)
    }

    @Test(arguments: ["little", "big"])
    func readsEveryNumericType(order: String) throws {
        let file = try Checkpoint(path: fixture("types.h5"))
        let types: [(String, DataType)] = [
            ("f8", .float64), ("f4", .float32), ("f2", .float16), ("i8", .int64), ("i4", .int32), ("i2", .int16),
            ("i1", .int8), ("u8", .uint64), ("u4", .uint32), ("u2", .uint16), ("u1", .uint8),
        ]
        for (code, type) in types {
            let tensor = try file.tensor("\(order)/\(code)")
            #expect(tensor.dataType == type)
            #expect(tensor.read() == grid, "\(order)/\(code)")
        }
    }

    @Test func readsOddLayoutsAndTypes() throws {
        let file = try Checkpoint(path: fixture("types.h5"))
        let ramp = Tensor(shape: [50, 100], values: (0..<5000).map(Float.init))
        #expect(try file.tensor("chunked").read() == ramp)
        #expect(try file.tensor("gzip").read() == ramp)
        #expect(try file.tensor("gzip_half").read() == Tensor(shape: [64], values: (0..<64).map(Float.init)))
        #expect(try file.tensor("gzip_half").dataType == .float16)
        #expect(try file.tensor("unwritten").read() == Tensor(shape: [4, 4], values: Array(repeating: 3, count: 16)))
        #expect(try file.tensor("compact").read() == grid)
        #expect(try file.tensor("bool").read().values == [1, 0, 1])
        #expect(try file.tensor("scalar").read() == Tensor(shape: .scalar, values: [2.5]))
        #expect(try file.tensor("scalar_int").read().values == [123])
        #expect(try file.tensor("none").read() == Tensor(shape: [0, 3], values: []))
        #expect(try file.tensor("bfloat16").read().values == [1, -2, 1.5])
        #expect(try file.tensor("bfloat16_opaque").read().values == [1, -2])
        #expect(Set(file.skipped.map(\.name)) == ["null", "text", "texts", "records"])
    }

    @Test(arguments: ["userblock.h5", "latest.h5", "aligned.h5"])
    func readsOtherFileLayouts(name: String) throws {
        let file = try Checkpoint(path: fixture(name))
        for tensor in file.tensors.values { #expect(tensor.read() == grid) }
        #expect(!file.tensors.isEmpty)
        if name == "aligned.h5" { #expect(Array(file.tensors.keys) == ["first/second/third", "hard/third"]) }
        if name == "latest.h5" { #expect(file.attribute("attribute19") == .integer(19)) }
    }

    @Test(arguments: [
        ("soft_link.h5", "alias", "soft link"), ("external_link.h5", "other", "link to another file"),
        ("external_storage.h5", "passwd", "stored in another file"), ("virtual.h5", "view", "virtual dataset"),
        ("cycle.h5", "a/b/again", "contains itself"), ("bomb.h5", "bomb", "claims 4294967296 bytes"),
        ("huge.h5", "huge", "impossibly large"),
    ])
    func refusesByName(name: String, object: String, reason: String) throws {
        let text = try #require(message { try Checkpoint(path: fixture(name)) })
        #expect(text.contains(name) && text.contains("refused at \"\(object)\"") && text.contains(reason), "\(text)")
    }

    @Test func aMissingTensorIsNamedWithWhatIsThere() throws {
        let file = try Checkpoint(path: fixture("aligned.h5"))
        let text = try #require(message { try file.tensor("nothing") })
        #expect(text.hasSuffix("has no \"nothing\"; it has \"first/second/third\", \"hard/third\""))
    }

    @Test(.enabled(if: hasSharedCheckpoints, "../shared/checkpoints is absent"))
    func readsEverySharedFile() throws {
        let files = sharedHDF5Files()
        #expect(files.count > 100)
        for path in files {
            let file = try Checkpoint(path: path)
            #expect(file.groups.first == "")
            for tensor in file.tensors.values {
                let values = tensor.read().values
                #expect(values.allSatisfy { $0.isFinite }, "\(path) \(tensor.name)")
            }
        }
    }
}
