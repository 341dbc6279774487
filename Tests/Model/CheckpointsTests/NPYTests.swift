import Tensors
import Testing

@testable import Checkpoints

@Suite struct NPYTests {
    @Test func readsEveryVersionOrderAndByteOrder() throws {
        func read(_ name: String) throws -> Tensor {
            let file = try Checkpoint(path: fixture(name))
            #expect(file.format == .npy)
            return try file.tensor("array").read()
        }
        #expect(try read("plain.npy") == grid)
        #expect(try read("version2.npy") == grid)
        #expect(try read("version3.npy") == grid)
        #expect(try read("fortran_big.npy") == Tensor(shape: [2, 3, 4], values: (0..<24).map(Float.init)))
        #expect(try read("scalar.npy") == Tensor(shape: .scalar, values: [2.5]))
        #expect(try read("line.npy") == Tensor(shape: [5], values: [0, 1, 2, 3, 4]))
    }

    @Test func refusesPickledObjects() throws {
        let text = try #require(message { try Checkpoint(path: fixture("objects.npy")) })
        #expect(text.contains("Python objects (pickles are never opened)"))
    }

    @Test func refusesImpossibleShapes() throws {
        try withTemporaryFolder { folder in
            let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }\n"
            let bytes = NPYHeader.magic + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
            try AtomicFile.write(bytes, to: folder + "/a.npy")
            #expect(try #require(message { try Checkpoint(path: folder + "/a.npy") }).contains("is impossible"))
        }
    }

    @Test func writesWhatNumPyReads() throws {
        try withTemporaryFolder { folder in
            for tensor in [
                grid, Tensor(shape: .scalar, values: [1]), Tensor(shape: [4], values: [1, 2, 3, 4]),
                Tensor(zeros: [0, 2]),
            ] {
                try NPYWriter.write(tensor, to: folder + "/a.npy")
                #expect(try Checkpoint(path: folder + "/a.npy").tensor("array").read() == tensor)
                #expect(try bytes(of: folder + "/a.npy").count % 64 == tensor.shape.count * 4 % 64)
            }
            try NPYWriter.write(grid, to: folder + "/a.npy")
            #expect(try bytes(of: folder + "/a.npy") == bytes(of: fixture("plain.npy")))
        }
    }

    @Test func readsStoredAndDeflatedArchives() throws {
        let types: [DataType] = [
            .float64, .float32, .float16, .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool,
        ]
        for name in ["stored.npz", "deflated.npz"] {
            let file = try Checkpoint(path: fixture(name))
            #expect(file.format == .npz)
            for (index, type) in types.enumerated() {
                let tensor = try file.tensor("a\(index)")
                #expect(tensor.dataType == type)
                #expect(tensor.read().values == (type == .bool ? [0, 1, 1, 1, 1, 1] : grid.values), "\(type)")
            }
        }
        #expect(try Checkpoint(path: fixture("stored.npz")).tensor("fortran").read() == grid)
        #expect(try Checkpoint(path: fixture("deflated.npz")).tensor("zeros").read() == Tensor(zeros: [100, 10]))
    }

    @Test func writesArchivesWithoutDates() throws {
        try withTemporaryFolder { folder in
            try NPZWriter.write(["y0": grid, "y1": Tensor(zeros: [3])], to: folder + "/a.npz")
            try NPZWriter.write(["y0": grid, "y1": Tensor(zeros: [3])], to: folder + "/b.npz")
            #expect(try bytes(of: folder + "/a.npz") == bytes(of: folder + "/b.npz"))
            let file = try Checkpoint(path: folder + "/a.npz")
            #expect(Array(file.tensors.keys) == ["y0", "y1"])
            #expect(try file.tensor("y0").read() == grid)
        }
    }
}
