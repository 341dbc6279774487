import Tensors
import Testing

@testable import Checkpoints

@Suite struct SafeTensorsTests {
    @Test func readsEveryType() throws {
        let file = try Checkpoint(path: fixture("types.safetensors"))
        #expect(file.format == .safetensors)
        #expect(file.attribute("format") == .string("pt"))
        #expect(file.tensors.count == 10)
        for tensor in file.tensors.values {
            #expect(
                tensor.read().values == (tensor.dataType == .bool ? [0, 1, 1, 1, 1, 1] : grid.values), "\(tensor.name)")
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.safetensors"
            try SafeTensorsWriter.write(["b": grid, "a": Tensor(zeros: [3])], metadata: ["step": "7"], to: path)
            let file = try Checkpoint(path: path)
            #expect(Array(file.tensors.keys) == ["b", "a"])
            #expect(try file.tensor("b").read() == grid)
            #expect(file.attribute("step") == .string("7"))
        }
    }

    @Test(.enabled(if: hasSharedCheckpoints, "../shared/checkpoints is absent"))
    func readsTheSharedFile() throws {
        let file = try Checkpoint(path: sharedCheckpoints + "/safetensors/silero_vad_16k.safetensors")
        #expect(file.format == .safetensors && !file.tensors.isEmpty)
        for tensor in file.tensors.values { #expect(tensor.read().values.allSatisfy { $0.isFinite }) }
    }
}
