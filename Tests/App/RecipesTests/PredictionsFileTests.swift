import Checkpoints
import Tensors
import Testing
import Training

@testable import Recipes

/// `predictions/*.safetensors` as they are written and read back.
@Suite struct PredictionsFileTests {
    @Test func comesBackAsItWas() throws {
        try withTemporaryFolder { folder in
            var classes = KeptPredictions.Output(
                name: "kind", shape: [3], targetShape: [], areClasses: true,
                format: PredictionFormat(width: 3, targets: .classIndex, scores: .logits))
            classes.predictions = [0.5, 0.25, 0.25, 0, 1, 0]
            classes.targets = [2, 0]
            var numbers = KeptPredictions.Output(
                name: "size", shape: [1], targetShape: [1], areClasses: false,
                format: PredictionFormat(width: 1, targets: .values))
            numbers.predictions = [1.5, -2]
            numbers.targets = [1, .infinity]
            var kept = KeptPredictions(outputs: [classes, numbers])
            kept.indices = [7, 16_777_219]
            let path = folder + "/test.safetensors"
            try PredictionsFile.write(kept, to: path)
            #expect(try PredictionsFile.read(path) == kept)
            let file = try Checkpoint(path: path)
            #expect(
                file.tensors.mapValues(\.dataType).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" } == [
                    "index int32", "kind.prediction float32", "kind.target int32", "size.prediction float32",
                    "size.target float32",
                ])
            #expect(file.tensors["kind.target"]?.shape == [2] && file.tensors["kind.prediction"]?.shape == [2, 3])
        }
    }

    @Test func refusesWhatIsNone() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/x.safetensors"
            try SafeTensorsWriter.write(["a": Tensor(shape: [2], values: [1, 2])], to: path)
            #expect(throws: SnapshotDamage.self) { try PredictionsFile.read(path) }
            try SafeTensorsWriter.write(
                [
                    "index": TensorSource(shape: [2], integers: [0, 1]),
                    "output.prediction": TensorSource(Tensor(shape: [3], values: [1, 2, 3])),
                ], to: path)
            #expect(throws: SnapshotDamage.self) { try PredictionsFile.read(path) }
        }
    }
}
