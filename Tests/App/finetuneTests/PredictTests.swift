import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct PredictTests {
    // MARK: Real files

    private static let shared = Program.repository + "/../shared"

    /// Convolutions, batch norms, depthwise and separable convolutions, poolings, one-dimensional ones, dense layers, from
    /// several Kerases and backends.
    private static let models = [
        "mlperf_tiny/pretrainedResnet_cifar10.h5", "mlperf_tiny/ad01.h5",
        "face_classification/fer2013_mini_XCEPTION.102-0.66.hdf5", "mmsplice/Donor.h5",
        "stm32_modelzoo/ImageNet__mobilenet_v1_0.25_224.h5",
        "dl4j_test_resources/modelimport/keras/weights/dense_theano_2.h5",
        "dl4j_test_resources/modelimport/keras/fullconfigs/cnn/cnn_batch_norm.h5",
    ]

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: shared + "/golden"), "there is no ../shared/golden here"),
        arguments: models)
    func realModelsPredictWhatKerasDid(_ name: String) throws {
        let model = Self.shared + "/checkpoints/" + name
        let golden = Self.shared + "/golden/" + name.replacingOccurrences(of: "/", with: "__") + ".tfk2.npz"
        try withFolder { folder in
            let outcome = try Program.run("predict", model, "--input", golden, "--output", folder + "/y.npz")
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            let (found, expected) = (try Checkpoint(path: folder + "/y.npz"), try Checkpoint(path: golden))
            for (key, tensor) in expected.tensors where key.hasPrefix("y") {
                let (a, b) = (try found.tensor(key).read(), tensor.read())
                #expect(a.shape == b.shape)
                let isClose = zip(a.values, b.values).allSatisfy { abs($0 - $1) <= max(1e-4, 1e-5 * abs($1)) }
                #expect(isClose, "\(key)")
            }
        }
    }

    // MARK: Several inputs and outputs

    @Test func bothOutputsLearnAndArePredicted() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            let run = try Program.run("two-recipe.json", "-o", "run", "--quiet", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            let metrics = try String(contentsOfFile: folder + "/run/metrics.csv", encoding: .utf8)
            let header = metrics.prefix { $0 != "\n" }
            #expect(
                header.contains("val_loss,val_kind_loss,val_kind_accuracy,val_size_loss,val_size_mae"), "\(header)")
            let evaluated = try Program.run("evaluate", "run", "two-recipe.json", folder: folder)
            let scores = evaluated.output.split(separator: "\n").map { $0.split(separator: " ") }
            func score(_ name: String) -> Double? {
                scores.first { $0.first == name[...] }.flatMap { Double($0[1]) }
            }
            #expect(try #require(score("kind_accuracy")) > 0.8)
            #expect(try #require(score("size_mae")) < 0.3)
            let total = try #require(score("kind_loss")) + 0.5 * #require(score("size_loss"))
            #expect(abs(total - (try #require(score("loss")))) < 2e-4)

            let one = try Program.run(
                "predict", "run", "--input", "two.npz", "--output", "y.npy", folder: folder)
            #expect(one.status == 2)
            #expect(one.diagnostics.contains("the model has 2 outputs: write them to a file that ends in .npz"))
            let both = try Program.run(
                "predict", "run", "--input", "two.npz", "--output", "y.npz", folder: folder)
            #expect(both.status == 0, "\(both.diagnostics)")
            let file = try Checkpoint(path: folder + "/y.npz")
            #expect(try file.tensor("y0").shape == [TwoAndTwo.examples, 2])
            #expect(try file.tensor("y1").shape == [TwoAndTwo.examples, 1])
        }
    }

    @Test func datasetsOfAnHDF5FileAreTheSameData() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            var root = HDF5Group()
            for (name, tensor) in try Checkpoint(path: folder + "/two.npz").tensors {
                try root.insert(tensor.read(), at: name)
            }
            try HDF5Writer.write(root, to: folder + "/two.h5")
            let recipe = TwoAndTwo.recipe.replacingOccurrences(of: "\"npz\"", with: "\"h5\"")
                .replacingOccurrences(of: "two.npz", with: "two.h5")
            try write(recipe, to: folder + "/h5.json")
            var metrics: [String] = []
            for name in ["two-recipe.json", "h5.json"] {
                let outcome = try Program.run(
                    name, "-o", name + ".run", "--quiet", "--set", "epochs=2", folder: folder)
                #expect(outcome.status == 0, "\(outcome.diagnostics)")
                metrics.append(try String(contentsOfFile: folder + "/\(name).run/metrics.csv", encoding: .utf8))
            }
            #expect(metrics[0] == metrics[1])
        }
    }

    @Test func lossesAndTargetsThatDoNotFitAreExplained() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            func problem(_ changes: String...) throws -> String {
                var text = TwoAndTwo.recipe
                for pair in stride(from: 0, to: changes.count, by: 2) {
                    text = text.replacingOccurrences(of: changes[pair], with: changes[pair + 1])
                }
                try write(text, to: folder + "/r.json")
                let outcome = try Program.run("r.json", "-o", "run", folder: folder)
                #expect(outcome.status == 2)
                return outcome.diagnostics
            }
            #expect(try problem("\"kind\": \"sp", "\"kin\": \"sp").contains("has no output \"kin\""))
            #expect(
                try problem("[\"class\", \"amount\"]", "[\"amount\", \"class\"]").contains(
                    "for the output \"kind\", whose loss takes the number of one of its 2 classes"))
            #expect(try problem("[\"class\", \"amount\"]", "\"amount\"").contains("2 numbers in all"))
            #expect(
                try problem(
                    "{ \"kind\": \"sparse_categorical_crossentropy\", \"size\": \"mse\" }", "\"mse\"",
                    "{ \"kind\": [\"accuracy\"], \"size\": [\"mae\"] }", "[]"
                ).contains("has 2 outputs: \"kind\", \"size\"; give each that is to be trained a loss"))
            #expect(
                try problem("[\"accuracy\"]", "[\"mae\"]").contains(
                    "output \"kind\": the metric mae needs numbers as targets"))
        }
    }

    // MARK: Open dimensions

    @Test func theInputSaysWhatTheModelLeavesOpen() throws {
        try withFolder { folder in
            let config = """
                {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "s", "layers": [
                {"class_name": "MaxPooling2D", "config": {"name": "pool", "pool_size": [2, 2],
                 "batch_input_shape": [null, null, null, 1]}}]}}
                """
            var root = HDF5Group(attributes: ["model_config": .string(config), "keras_version": .string("2.15.0")])
            try root.withGroup(at: "model_weights") { $0.attributes["layer_names"] = .strings(["pool"]) }
            try HDF5Writer.write(root, to: folder + "/m.h5")
            for (height, width) in [(4, 6), (2, 2)] {
                let values = (0..<height * width).map(Float.init)
                try NPYWriter.write(Tensor(shape: [1, height, width], values: values), to: folder + "/x.npy")
                let outcome = try Program.run(
                    "predict", "m.h5", "--input", "x.npy", "--output", "y.npy", folder: folder)
                #expect(outcome.status == 0, "\(outcome.diagnostics)")
                let y = try #require(try Checkpoint(path: folder + "/y.npy").tensors.values.first).read()
                #expect(y.shape == [1, height / 2, width / 2, 1])
                #expect(y.values.last == Float(height * width - 1))
            }
            try NPYWriter.write(Tensor(zeros: [1, 4, 4, 3]), to: folder + "/x.npy")
            let wrong = try Program.run("predict", "m.h5", "--input", "x.npy", folder: folder)
            #expect(wrong.status == 2)
            #expect(
                wrong.diagnostics
                    == "finetune: the model takes examples of shape (any, any, 1), and the data are (4, 4, 3)\n")
        }
    }

    // MARK: Tables

    /// One row asks for one category; its neighbours are known from training only.
    @Test func aTablesCategoriesAreThoseOfTheTraining() throws {
        try withFolder { folder in
            try write(
                "colour,size,y\n"
                    + (0..<12).map { ["red", "green", "blue"][$0 % 3] + ",\($0),\($0 % 3)" }
                    .joined(separator: "\n") + "\n", to: folder + "/t.csv")
            try write(
                """
                {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "s", "layers": [
                {"class_name": "Dense", "config": {"name": "d", "units": 3, "activation": "softmax",
                 "batch_input_shape": [null, 4]}}]}}
                """, to: folder + "/d.json")
            try write(
                """
                { "model": { "architecture": "d.json" }, "epochs": 2, "loss": "sparse_categorical_crossentropy",
                  "data": { "train": { "format": "csv", "file": "t.csv", "encodings": { "colour": "one_hot" } } } }
                """, to: folder + "/r.json")
            let run = try Program.run("r.json", "-o", "run", "--quiet", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            try write("size,colour\n4,green\n", to: folder + "/one.csv")
            let one = try Program.run("predict", "run", "--input", "one.csv", folder: folder)
            #expect(one.status == 0, "\(one.diagnostics)")
            let all = try Program.run("predict", "run", "--input", "t.csv", folder: folder)
            let row = all.output.split(separator: "\n")[4].split(separator: ":")[1]
            #expect(one.output.split(separator: ":")[1].dropLast() == row)
            try write("size,colour\n4,mauve\n", to: folder + "/one.csv")
            let other = try Program.run("predict", "run", "--input", "one.csv", folder: folder)
            #expect(other.status == 1)
            #expect(other.diagnostics.contains("mauve"))
        }
    }

    // MARK: What cannot be

    @Test func whatCannotBeIsOneSentenceAndItsStatus() throws {
        try withFolder { folder in
            let model = Program.repository + "/models/fashion-tops.h5"
            try NPYWriter.write(Tensor(zeros: [2, 28, 28]), to: folder + "/x.npy")
            try NPYWriter.write(Tensor(zeros: [2, 5, 28, 1]), to: folder + "/odd.npy")
            try write("text", to: folder + "/x.txt.bin")
            try write("not HDF5", to: folder + "/bad.h5")
            let cases: [([String], Int32, String)] = [
                (["inspect", "nothing.h5"], 2, "there is no file nothing.h5"),
                (["inspect", "."], 2, ". is a folder; expected a checkpoint"),
                (["inspect", "bad.h5"], 1, "bad.h5 is text, not a checkpoint"),
                (["predict", "nothing.h5", "--input", "x.npy"], 2, "there is no model or run nothing.h5"),
                (["predict", model, "--input", "y.npy"], 2, "there is no file y.npy; did you mean \"x.npy\""),
                (["predict", model, "--input", "x.txt.bin"], 2, "is of no kind that can be an input"),
                (
                    ["predict", model, "--input", "odd.npy"], 2,
                    "the model takes examples of shape (28, 28, 1), and the data are (5, 28, 1)"
                ),
                (["predict", model, "--input", "x.npy", "--output", "y.csv"], 2, "predictions are written as .npy"),
                (["predict", model, "--input", "x.npy", "--output", "no/y.npy"], 2, "there is no folder no/"),
                (["predict", "x.npy", "--input", "x.npy"], 1, "holds no architecture"),
                (
                    ["predict", Program.repository + "/models/lenet5.json", "--input", "x.npy"], 1,
                    "it is an architecture without weights"
                ),
                (["predict", ".", "--input", "x.npy"], 2, "is no finished run"),
                (["predict", model, "--input", "x.npy", "--lambda", "nothing"], 2, "--lambda takes a layer's name"),
            ]
            for (arguments, status, text) in cases {
                let outcome = try Program.run(arguments, folder: folder)
                #expect(outcome.status == status, "\(arguments): \(outcome.diagnostics)")
                #expect(outcome.diagnostics.contains(text), "\(arguments): \(outcome.diagnostics)")
                #expect(outcome.output.isEmpty)
            }
            let top = try Program.run("predict", model, "--input", "x.npy", "--top", "2", folder: folder)
            #expect(top.output.split(separator: "\n").count == 2)
        }
    }
}
