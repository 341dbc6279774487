import Tensors
import Testing

@testable import Checkpoints

@Suite struct HDF5WriterTests {
    private func tree() throws -> HDF5Group {
        var root = HDF5Group(attributes: [
            "keras_version": .string("2.15.0"), "text": .string("größer"), "names": .strings(["a", "bcd", ""]),
            "none": .strings([]), "empty": .empty, "integer": .integer(-3), "integers": .integers([1, 2]),
            "number": .number(0.25), "numbers": .numbers([0.5]),
            "model_config": .string(String(repeating: "0123456789", count: 40_000)),
        ])
        try root.insert(grid, at: "model_weights/dense/dense/kernel:0")
        try root.insert(Tensor(shape: .scalar, values: [7]), at: "model_weights/scalar")
        try root.insert(Tensor(zeros: [0, 4]), at: "model_weights/none")
        try root.withGroup(at: "model_weights") { $0.attributes["layer_names"] = .strings(["dense"]) }
        return root
    }

    @Test func whatIsWrittenIsReadBack() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.h5"
            let tree = try tree()
            try HDF5Writer.write(tree, to: path)
            let file = try Checkpoint(path: path)
            for (name, value) in tree.attributes where value != .strings([]) {
                #expect(file.attribute(name) == value, "\(name)")
            }
            #expect(file.strings("none") == [])
            #expect(file.strings("layer_names", of: "model_weights") == ["dense"])
            #expect(try file.tensor("model_weights/dense/dense/kernel:0").read() == grid)
            #expect(try file.tensor("model_weights/scalar").read().values == [7])
            #expect(try file.tensor("model_weights/none").shape == [0, 4])
        }
    }

    @Test func equalTreesGiveEqualBytes() throws {
        let first = try HDF5Writer.encode(try tree(), label: "one")
        let second = try HDF5Writer.encode(try tree(), label: "another")
        #expect(first == second)
        #expect(first[8] == 0, "the oldest superblock")
    }

    @Test func longListsAreSplitAsKerasDoes() throws {
        let names = (0..<5000).map { "a_rather_long_layer_name_\($0)" }
        try withTemporaryFolder { folder in
            let path = folder + "/model.h5"
            try HDF5Writer.write(HDF5Group(attributes: ["layer_names": .strings(names)]), to: path)
            let file = try Checkpoint(path: path)
            #expect(file.attribute("layer_names") == nil)
            #expect(file.attribute("layer_names2")?.strings?.count == 1666)
            #expect(file.strings("layer_names") == names)
        }
    }

    @Test func aNameTakenTwiceIsAnError() throws {
        var root = HDF5Group()
        try root.insert(grid, at: "a/b")
        #expect(throws: HDF5PathTaken.self) { try root.insert(grid, at: "a/b") }
        #expect(throws: HDF5PathTaken.self) { try root.insert(grid, at: "a/b/c") }
    }

    @Test func manyGroupsAndTensors() throws {
        var root = HDF5Group()
        for layer in 0..<300 { try root.insert(grid, at: "model_weights/layer_\(layer)/layer_\(layer)/kernel:0") }
        try withTemporaryFolder { folder in
            try HDF5Writer.write(root, to: folder + "/model.h5")
            let file = try Checkpoint(path: folder + "/model.h5")
            #expect(file.tensors.count == 300)
            #expect(file.tensors.values.allSatisfy { $0.read() == grid })
        }
    }
}
