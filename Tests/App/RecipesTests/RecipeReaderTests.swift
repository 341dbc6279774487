import Data
import JSON
import Layers
import Recipes
import Tensors
import Testing
import Training

@Suite struct RecipeReaderTests {
    @Test func readsTheMainJob() throws {
        let recipe = try RecipeReader(checksFiles: false).read(file: repository + "/recipes/fashion-transfer-full.json")
        #expect(recipe.name == "fashion-transfer-full")
        #expect(recipe.seed == 42)
        #expect(recipe.model.source == .checkpoint(repository + "/models/fashion-tops.h5"))
        #expect(recipe.model.cutAt == "flatten")
        #expect(recipe.model.head.map(\.className) == ["Dense", "Dropout", "Dense"])
        #expect(recipe.model.head[2].config == ["units": "classes", "activation": "softmax"])
        #expect(recipe.model.head[2].config(classes: 5) == ["units": 5, "activation": "softmax"])
        #expect(recipe.data.train.description.classes == .select(["5", "6", "7", "8", "9"]))
        #expect(recipe.data.validation == .share(0.1))
        #expect(recipe.data.batchSize == 128)
        #expect(recipe.data.transforms == [.fixed(.rescale(scale: 1.0 / 255))])
        #expect(recipe.loss == Loss(.sparseCategoricalCrossEntropy))
        #expect(recipe.metrics == [MetricConfiguration(.accuracy)])
        #expect(recipe.output == repository + "/runs")
        #expect(recipe.phases.map(\.name) == ["head", "all"])
        let (head, all) = (recipe.phases[0], recipe.phases[1])
        #expect(head.length == .epochs(10))
        #expect(try head.optimizer == OptimizerConfiguration(.adamw, [.weightDecay: 0.01]))
        #expect(head.policy.map(\.description) == ["freeze **", "unfreeze head.**"])
        #expect(try all.optimizer == OptimizerConfiguration(.adamw, [.learningRate: 3e-4]))
        #expect(all.schedule == ScheduleConfiguration(.cosine(), warmup: .share(0.1)))
        #expect(all.layerDecay == 0.8)
        #expect(all.policy.map(\.description) == ["unfreeze **", "set conv2d multiplier 0.1 weight_decay 0.0"])
        #expect(all.policyPaths == ["phases.1.policy.0", "phases.1.policy.1"])
        #expect(try all.earlyStopping == EarlyStoppingConfiguration(patience: 5))
    }

    @Test func aRecipeWithoutPhasesIsOnePhase() throws {
        let recipe = try read(recipe(rest: #""steps": 7, "clip_norm": 1"#))
        #expect(recipe.name == "x")
        #expect(recipe.phases.count == 1)
        #expect(recipe.phases[0].name == "phase-1")
        #expect(recipe.phases[0].length == .steps(7))
        #expect(recipe.phases[0].clipNorm == 1)
        #expect(recipe.phases[0].earlyStopping == nil)
        #expect(recipe.phases[0].optimizer == OptimizerConfiguration(.adamw))
        #expect(recipe.phases[0].schedule == ScheduleConfiguration())
        #expect(recipe.evaluateEvery == .epochs(1))
        #expect(recipe.output == "/home/me/recipes/runs")
    }

    @Test func phasesMergeOverTheTopLevel() throws {
        let recipe = try read(
            recipe(
                data: #"{ "train": { "format": "idx", "inputs": "x", "targets": "y" }, "validation": 0.5 }"#,
                rest: """
                    "epochs": 3, "optimizer": { "name": "sgd", "momentum": 0.5 }, "early_stopping": { "patience": 9 },
                    "schedule": "cosine", "policy": [{ "freeze": "a" }],
                    "phases": [
                      {},
                      { "steps": 5, "optimizer": { "learning_rate": 0.1 }, "early_stopping": null },
                      { "name": "c", "optimizer": { "name": "adam" }, "early_stopping": { "min_delta": 1 }, "policy": [] },
                      { "optimizer": "sgd", "schedule": { "warmup": 3 }, "lr": 0.2 }
                    ]
                    """))
        let phases = recipe.phases
        #expect(phases.map(\.name) == ["phase-1", "phase-2", "c", "phase-4"])
        #expect(phases.map(\.length) == [.epochs(3), .steps(5), .epochs(3), .epochs(3)])
        #expect(try phases[0].optimizer == OptimizerConfiguration(.sgd, [.momentum: 0.5]))
        #expect(try phases[1].optimizer == OptimizerConfiguration(.sgd, [.momentum: 0.5, .learningRate: 0.1]))
        #expect(phases[2].optimizer == OptimizerConfiguration(.adam))
        #expect(try phases[3].optimizer == OptimizerConfiguration(.sgd, [.momentum: 0.5, .learningRate: 0.2]))
        #expect(phases.map(\.earlyStopping?.patience) == [9, nil, 9, 9])
        #expect(phases[2].earlyStopping?.minDelta == 1)
        #expect(phases[3].schedule == ScheduleConfiguration(.cosine(), warmup: .steps(3)))
        #expect(phases.map(\.policy.count) == [1, 1, 0, 1])
    }

    @Test func familiarSpellingsAreAccepted() throws {
        let recipe = try read(
            recipe(
                data: #"{ "train": { "format": "idx", "images": "x", "labels": "y" }, "val": 0.2 }"#,
                loss: #""cross_entropy""#,
                rest: """
                    "num_epochs": 2, "lr": 0.1, "wd": 0.2, "batch_size": 8, "patience": 4, "warmup": "2 epochs",
                    "max_grad_norm": 3, "metrics": "acc"
                    """))
        #expect(recipe.phases[0].optimizer.learningRate == 0.1)
        #expect(recipe.phases[0].optimizer.weightDecay == 0.2)
        #expect(recipe.phases[0].schedule.warmup == .epochs(2))
        #expect(recipe.phases[0].earlyStopping?.patience == 4)
        #expect(recipe.phases[0].clipNorm == 3)
        #expect(recipe.data.batchSize == 8)
        #expect(recipe.data.validation == .share(0.2))
        #expect(recipe.loss == Loss(.sparseCategoricalCrossEntropy))
        #expect(recipe.metrics == [MetricConfiguration(.accuracy)])
    }

    private func source(_ text: String, loss: String = #""mse""#, skip: Bool = false) throws -> SourceDescription {
        let skipping = skip ? #", "on_bad_example": "skip""# : ""
        return try read(recipe(data: #"{ "train": \#(text)\#(skipping) }"#, loss: loss)).data.train.description
    }

    @Test func readsArraySources() throws {
        #expect(
            try source(
                #"{ "format": "idx", "inputs": "a", "targets": "/b", "classes": [3, "x"], "target_type": "classes" }"#)
                == .idx(
                    IDXSource(
                        inputs: "/home/me/recipes/a", targets: "/b", classes: .select(["3", "x"]), form: .classes)))
        #expect(
            try source(#"{ "format": "npy", "inputs": "a.npy", "targets": "/b.npy" }"#)
                == .arrays(
                    ArraySource(
                        inputs: [.init(path: "/home/me/recipes/a.npy")], targets: .init(path: "/b.npy"), form: .values))
        )
        #expect(
            try source(#"{ "format": "npz", "file": "../a.npz", "inputs": ["u", "v"] }"#, loss: #""cross_entropy""#)
                == .arrays(
                    ArraySource(
                        inputs: [.init(path: "/home/me/a.npz", name: "u"), .init(path: "/home/me/a.npz", name: "v")],
                        targets: .init(path: "/home/me/a.npz", name: "y"))))
    }

    @Test func readsTablesAndFolders() throws {
        #expect(
            try source(#"{ "format": "csv", "file": "/t" }"#)
                == .table(TableSource(path: "/t", targets: [.index(-1)], form: .values)))
        #expect(
            try source(
                #"""
                { "format": "tsv", "file": "/t", "target": 0, "inputs": ["a", 2], "ignore": "z", "header": true, "quote": "none",
                  "missing": 1.5, "encodings": { "a": "one-hot" }, "label_aliases": { "y.": "y" }, "target_type": "classes" }
                """#, skip: true)
                == .table(
                    TableSource(
                        path: "/t", format: TableFormat(separator: UInt8(ascii: "\t"), quote: nil, header: .present),
                        inputs: [.name("a"), .index(2)], ignored: [.name("z")], encodings: [.name("a"): .oneHot(nil)],
                        targets: [.index(0)],
                        form: .classes, labelAliases: ["y.": "y"], missing: .fill(1.5), onBadExample: .skip)))
        #expect(
            try source(
                #"{ "format": "image-folder", "folder": "/f", "size": [4, 5], "color": "gray", "classes": ["a", "b"] }"#,
                skip: true)
                == .imageFolder(
                    ImageFolderSource(
                        path: "/f", size: ImageSize(height: 4, width: 5), channels: 1, classes: .select(["a", "b"]),
                        onBadExample: .skip)))
    }

    @Test func readsInlineData() throws {
        let points = #"{ "format": "inline", "inputs": [[1, 2], [2, 3]], "targets": "#
        let inputs = Tensor(shape: [2, 2], values: [1, 2, 2, 3])
        #expect(
            try source(points + #"["a", "b"] }"#)
                == .inline(InlineSource(inputs: [inputs], targets: .labels(["a", "b"]))))
        #expect(
            try source(points + "[3, 4] }")
                == .inline(InlineSource(inputs: [inputs], targets: .values(Tensor(shape: [2], values: [3, 4])))))
        #expect(
            try source(points + "[3, 4] }", loss: #""cross_entropy""#)
                == .inline(InlineSource(inputs: [inputs], targets: .labels(["3", "4"]))))
        #expect(
            try source(points + "[[3], [4]] }", loss: #""bce""#)
                == .inline(InlineSource(inputs: [inputs], targets: .values(Tensor(shape: [2, 1], values: [3, 4])))))
    }

    @Test func readsTransforms() throws {
        let data = """
            { "train": { "format": "idx", "inputs": "x", "targets": "y" },
              "transforms": [{ "rescale": { "scale": 2, "offset": -1 } }, "standardize", { "normalize": { "mean": 1, "std": [2] } },
                             { "resize": [3, 4] }, { "reshape": [12] }] }
            """
        #expect(
            try read(recipe(data: data)).data.transforms == [
                .fixed(.rescale(scale: 2, offset: -1)), .standardizeToTrainingData,
                .fixed(.standardize(Standardization(mean: [1], deviation: [2]))),
                .fixed(.resize(ImageSize(height: 3, width: 4))), .fixed(.reshape([12])),
            ])
    }

    @Test func aLaterProblemIsShownWithItsPlace() throws {
        let recipe = try read(recipe(rest: #""epochs": 1, "policy": [{ "freeze": "nothing" }]"#))
        #expect(
            recipe.problem(at: "policy.0.freeze", "no match").description
                == "x.json:5:39: policy.0.freeze: no match")
        #expect(recipe.problem(at: recipe.phases[0].policyPaths[0], "no match").origin.location?.line == 5)
        #expect(
            recipe.problem(at: "data.batch_size", "too large").description == "x.json:3:11: data.batch_size: too large")
    }
}
