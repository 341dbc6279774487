import Checkpoints
import Foundation
import JSON
import Testing

/// What a run keeps of each example that it is measured on.
@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct PredictionsTests {
    private func accuracy(_ file: Checkpoint, _ output: String) throws -> Double {
        let rows = try #require(file.tensors[output + ".prediction"]).read()
        let targets = try #require(file.tensors[output + ".target"]).read().values
        let width = rows.shape[1]
        let right = targets.indices.filter { row in
            let scores = rows.values[row * width..<(row + 1) * width]
            return scores.firstIndex(of: scores.max()!)! - row * width == Int(targets[row])
        }
        return Double(right.count) / Double(targets.count)
    }

    @Test func ofEveryOutputOnTheHeldOutExamples() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            for name in ["one", "two"] {
                let run = try Program.run("two-recipe.json", "-o", name, "--quiet", folder: folder)
                #expect(run.status == 0, "\(run.diagnostics)")
            }
            let path = "/predictions/validation.safetensors"
            let both = try ["one", "two"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)\(path)")) }
            #expect(both[0] == both[1])
            let file = try Checkpoint(path: folder + "/one" + path)
            #expect(
                file.tensors.keys.sorted()
                    == ["index", "kind.prediction", "kind.target", "size.prediction", "size.target"])
            #expect(file.tensors["index"]?.shape == [24] && file.tensors["size.prediction"]?.shape == [24, 1])
            let record = try JSON(parsing: String(contentsOfFile: folder + "/one/run.json", encoding: .utf8))
            let kind = try accuracy(file, "kind")
            #expect(record["final"]?["val_kind_accuracy"]?.double == kind)
            #expect(record["hashes"]?["predictions.validation"]?.string?.count == 64)
            // A run over it that is measured on something else leaves nothing of this one.
            let text = TwoAndTwo.recipe.replacingOccurrences(
                of: #""validation": 0.2"#,
                with:
                    #""test": { "format": "npz", "file": "two.npz", "inputs": ["left", "right"], "targets": ["class", "amount"] }"#
            )
            try finetuneTests.write(text, to: folder + "/tested.json")
            let tested = try Program.run("tested.json", "-o", "one", "--force", "--quiet", folder: folder)
            #expect(tested.status == 0, "\(tested.diagnostics)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/one/predictions")
            #expect(names == ["test.safetensors"])
            let test = try Checkpoint(path: folder + "/one/predictions/test.safetensors")
            let again = try JSON(parsing: String(contentsOfFile: folder + "/one/run.json", encoding: .utf8))
            let score = try accuracy(test, "kind")
            #expect(test.tensors["index"]?.shape == [120] && again["test"]?["kind_accuracy"]?.double == score)
        }
    }
}
