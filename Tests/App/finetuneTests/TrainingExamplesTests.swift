import Checkpoints
import Foundation
import JSON
import Tensors
import Testing

/// Recipes that change, mix, weigh and gather training examples, through the command line.
@Suite struct TrainingExamplesTests {
    /// Three classes of small pictures, 60, 24 and 12 of them, in three colors.
    private static func write(to folder: String) throws {
        let labels: [Int] = (0..<96).map { $0 < 60 ? 0 : $0 < 84 ? 1 : 2 }
        var pixels = [Float](repeating: 0, count: 96 * 192)
        for place in pixels.indices {
            let number = place * 37 + place / 192 * 11
            pixels[place] = Float(number % 60)
        }
        for (index, label) in labels.enumerated() {
            for place in 0..<12 {
                let (row, column) = (place % 4 + label * 2, place / 4 + 2)
                pixels[index * 192 + row * 24 + column * 3 + label] = 220
            }
        }
        try NPZWriter.write(
            [
                "x": Tensor(shape: [96, 8, 8, 3], values: pixels),
                "y": Tensor(shape: [96], values: labels.map { Float($0) }),
            ], to: folder + "/pictures.npz")
        try finetuneTests.write(
            """
            {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "net", "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 8, 8, 3], "name": "in"}},
            {"class_name": "Flatten", "config": {"name": "f"}},
            {"class_name": "Dense", "config": {"name": "d", "units": 3, "activation": "softmax"}}]}}
            """, to: folder + "/net.json")
    }

    private static func recipe(data: String = "", loss: String = "", _ rest: String) -> String {
        """
        { "model": { "architecture": "net.json" },
          "data": { "train": { "format": "npz", "file": "pictures.npz", "target_type": "classes" }, "validation": 0.25,
                    "batch_size": 8, "transforms": [{ "rescale": 0.00392156862745098 }]\(data) },
          "loss": { "name": "sparse_categorical_crossentropy"\(loss) }, "metrics": ["accuracy"],
          "optimizer": { "name": "adam", "learning_rate": 0.01 }, \(rest) }
        """
    }

    private static let augment = """
        "augment": [{ "flip": "horizontal" }, { "crop": { "padding": 1, "fill": "reflect" } }, { "rotate": 10 },
          { "zoom": 0.1 }, { "translation": 0.05 }, { "crop": { "area": [0.7, 1] } },
          { "color": { "brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.05 } },
          { "erase": { "probability": 0.5, "area": [0.02, 0.2], "value": "mean" } }]
        """

    @Test func everythingAtOnceGivesTheSameBytesTwice() throws {
        try withFolder { folder in
            try TrainingExamplesTests.write(to: folder)
            let text = TrainingExamplesTests.recipe(
                data: #", "sampling": "balanced", \#(TrainingExamplesTests.augment)"#,
                loss: #", "label_smoothing": 0.1, "class_weights": { "2": 2 }"#,
                #""epochs": 3, "mixup": 0.2, "cutmix": 1, "accumulate": 4, "clip_norm": 1, "schedule": "reduce-on-plateau""#
            )
            try finetuneTests.write(text, to: folder + "/r.json")
            for name in ["one", "two"] {
                let run = try Program.run("r.json", "-o", name, "--quiet", folder: folder)
                #expect(run.status == 0, "\(run.diagnostics)")
            }
            for file in ["model.h5", "metrics.csv", "recipe.json"] {
                let both = try ["one", "two"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/\(file)"))
                }
                #expect(both[0] == both[1], "\(file)")
            }
            // 72 examples: nine batches, three updates an epoch.
            let metrics = try String(contentsOfFile: folder + "/one/metrics.csv", encoding: .utf8)
            #expect(metrics.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[0] } == ["3", "6", "9"])
            let record = try JSON(parsing: String(contentsOfFile: folder + "/one/run.json", encoding: .utf8))
            let methods = record["methods"]?.array?.compactMap(\.string) ?? []
            #expect(methods.count == 6, "\(methods)")
            let report = try String(contentsOfFile: folder + "/one/report.html", encoding: .utf8)
            #expect(report.contains("How it trained") && report.contains("mixup with alpha 0.2 or cutmix with alpha 1"))
            // As resolved it is the same recipe.
            let again = try Program.run("one/recipe.json", "-o", "three", "--quiet", folder: folder)
            #expect(again.status == 0, "\(again.diagnostics)")
            let models = try ["one", "three"].map {
                try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/model.h5"))
            }
            #expect(models[0] == models[1])
        }
    }

    @Test func augmentationIsForTrainingOnly() throws {
        try withFolder { folder in
            try TrainingExamplesTests.write(to: folder)
            // Nothing moves: what validation sees is the same with and without changes, what training sees is not.
            for (name, extra) in [("plain", ""), ("changed", ", " + TrainingExamplesTests.augment)] {
                let text = TrainingExamplesTests.recipe(#""epochs": 2"# + extra)
                try finetuneTests.write(text, to: folder + "/\(name).json")
                let run = try Program.run("\(name).json", "-o", name, "--set", "lr=0", "--quiet", folder: folder)
                #expect(run.status == 0, "\(run.diagnostics)")
            }
            func rows(_ name: String) throws -> [[Substring]] {
                try String(contentsOfFile: "\(folder)/\(name)/metrics.csv", encoding: .utf8).split(separator: "\n")
                    .dropFirst().map { $0.split(separator: ",") }
            }
            let (plain, changed) = (try rows("plain"), try rows("changed"))
            #expect(plain.map { $0[4] } == changed.map { $0[4] })
            let losses = try (plain + changed).map { try #require(Double($0[3])) }
            #expect(abs(losses[0] - losses[1]) < 1e-6)
            #expect(abs(losses[0] - losses[2]) > 1e-5 && abs(losses[2] - losses[3]) > 1e-5)
        }
    }

    @Test func thePlanSaysWhatIsDone() throws {
        try withFolder { folder in
            try TrainingExamplesTests.write(to: folder)
            let text = TrainingExamplesTests.recipe(
                loss: #", "class_weights": "balanced""#,
                #""epochs": 3, "accumulate": 3, "max_time": "2 hours", "max_steps": 5"#)
            try finetuneTests.write(text, to: folder + "/r.json")
            let plan = try Program.run("plan", "r.json", folder: folder)
            #expect(plan.status == 0, "\(plan.diagnostics)")
            for part in [
                "class weights: 0 0.5333, 1 1.3333, 2 2.6667", "9 steps of 3 times 8, 3 an epoch",
                "gradients gathered over batches", "the run ends after 5 steps", "3 batches of 8 an update",
            ] { #expect(plan.output.contains(part), "\(part): \(plan.output)") }
            let run = try Program.run("r.json", "-o", "out", "--quiet", folder: folder)
            #expect(run.status == 0)
            let record = try JSON(parsing: String(contentsOfFile: folder + "/out/run.json", encoding: .utf8))
            #expect(record["reason"] == "step-budget")
            #expect(record["final"]?["step"] == 5)
        }
    }

    @Test func whatDoesNotGoWithTheDataHasAPlace() throws {
        try withFolder { folder in
            try TrainingExamplesTests.write(to: folder)
            let cases: [(String, String)] = [
                (
                    TrainingExamplesTests.recipe(loss: #", "class_weights": { "7": 2 }"#, #""epochs": 1"#),
                    "loss.class_weights: \"class_weights\" names the class \"7\", which is not there"
                ),
                (
                    TrainingExamplesTests.recipe(#""epochs": 1, "schedule": { "name": "cosine", "warmup": 100 }"#),
                    "schedule: a warm-up of 100 steps takes 100 steps, but the phase has only 9"
                ),
            ]
            for (text, sentence) in cases {
                try finetuneTests.write(text, to: folder + "/r.json")
                let run = try Program.run("r.json", "-o", "out", folder: folder)
                #expect(run.status == 2)
                #expect(run.diagnostics.contains("r.json:") && run.diagnostics.contains(sentence), "\(run.diagnostics)")
            }
        }
    }

    @Test func flatInputsAreNoPictures() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            let text = TwoAndTwo.recipe.replacingOccurrences(
                of: #""epochs": 30"#, with: #""epochs": 1, "augment": ["flip"], "cutmix": 1"#)
            try finetuneTests.write(text, to: folder + "/r.json")
            let run = try Program.run("r.json", "-o", "out", folder: folder)
            #expect(run.status == 2)
            #expect(run.diagnostics.contains("augment: \"augment\" changes pictures of (height, width, channels)"))
            #expect(run.diagnostics.contains("cutmix: \"cutmix\" exchanges boxes of pictures"))
        }
    }

    @Test func severalOutputsMixAndWeigh() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            let text = TwoAndTwo.recipe.replacingOccurrences(of: #""epochs": 30"#, with: #""epochs": 4, "mixup": 0.4"#)
                .replacingOccurrences(
                    of: #""kind": "sparse_categorical_crossentropy""#,
                    with: #""kind": { "name": "sparse_categorical_crossentropy", "class_weights": "balanced" }"#)
            try finetuneTests.write(text, to: folder + "/r.json")
            let run = try Program.run("r.json", "-o", "out", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            let record = try JSON(parsing: String(contentsOfFile: folder + "/out/run.json", encoding: .utf8))
            #expect(record["methods"]?.array?.first?.string?.hasPrefix("class weights of kind: 0 ") == true)
        }
    }
}
