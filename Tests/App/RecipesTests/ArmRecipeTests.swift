import JSON
import Testing

@testable import Recipes
@testable import Training

/// How an arm's recipe follows from another one.
@Suite struct ArmRecipeTests {
    private static let base = recipe(
        data: #"{ "train": { "format": "idx", "inputs": "x", "targets": "y" }, "validation": 0.5, "batch_size": 10 }"#,
        loss: #""sparse_categorical_crossentropy""#,
        rest: """
            "evaluate_every": "2 epochs", "clip_norm": 1,
            "phases": [
              { "name": "head", "epochs": 2, "policy": [{ "freeze": "**" }, { "unfreeze": "head" }] },
              { "name": "all", "epochs": 3, "schedule": { "name": "cosine", "warmup": "0.5 epochs" }, "accumulate": 2,
                "policy": [{ "set": "conv", "warmup": "1 epoch" }], "layer_decay": 0.5, "early_stopping": { "patience": 7 },
                "optimizer": { "name": "sgd", "learning_rate": 0.5 } }]
            """)

    @Test func partsHaveTheSameProportions() {
        #expect(scaled([20, 10], to: 20) == [13, 7])
        #expect(scaled([5, 5], to: 10) == [5, 5])
        #expect(scaled([100, 1, 1], to: 10) == [10, 1, 1])
        #expect(scaled([3, 3, 3], to: 900).reduce(0, +) == 900)
        #expect(scaled([], to: 5) == [])
    }

    @Test func epochsBecomeSteps() throws {
        let base = try read(ArmRecipeTests.base)
        let lengths = RecipeLengths(base, examples: 95)
        #expect(lengths.perEpoch == [10, 5] && lengths.planned == [20, 15] && lengths.total == 35)
        var arm = ArmRecipe(base)
        arm.count(inSteps: lengths.planned, perEpoch: lengths.perEpoch)
        let steps = try read(arm.json.serialized())
        #expect(steps.phases.map(\.length) == [.steps(20), .steps(15)])
        #expect(steps.evaluateEvery == .steps(20))
        #expect(steps.phases[1].schedule.warmup == .steps(3))
        #expect(arm.json["phases"]?[1]?["policy"]?[0]?["warmup"] == 5)
        // A strategy's own epochs, squeezed, are no measure of how often it is evaluated.
        arm = ArmRecipe(base)
        arm.count(inSteps: lengths.planned, perEpoch: [3, 2], evaluatedPer: 10)
        #expect(try read(arm.json.serialized()).evaluateEvery == .steps(20))
    }

    /// One phase with the settings of the main one, and the end's early stopping.
    @Test func fromScratchAllTrains() throws {
        let base = try read(ArmRecipeTests.base)
        var arm = ArmRecipe(base)
        arm.startFresh(like: 0, steps: 35)
        var recipe = try read(arm.json.serialized())
        #expect(recipe.phases.count == 1 && recipe.phases[0].length == .steps(35))
        #expect(recipe.phases[0].policy.map { "\($0)" } == ["unfreeze **"])
        #expect(recipe.phases[0].optimizer.algorithm == .adamw && recipe.phases[0].clipNorm == 1)
        #expect(recipe.phases[0].earlyStopping?.patience == 7)
        #expect(recipe.model.reinitialize.count == 1)
        arm = ArmRecipe(base)
        arm.startFresh(like: 1, steps: 35)
        arm.set(learningRate: 0.25)
        arm.shareSplit(seed: 9)
        recipe = try read(arm.json.serialized())
        #expect(recipe.phases[0].optimizer.algorithm == .sgd && recipe.phases[0].optimizer.learningRate == 0.25)
        #expect(recipe.phases[0].layerDecay == nil && recipe.phases[0].accumulate == 2)
        #expect(recipe.data.splitSeed == 9 && recipe.comparison == nil)
    }

    @Test func aStrategyReplacesPhases() throws {
        var arm = ArmRecipe(try read(ArmRecipeTests.base))
        arm.follow(.lpFt, like: 1)
        let recipe = try read(arm.json.serialized())
        #expect(recipe.phases.map(\.name) == ["probe", "fine-tune"])
        #expect(recipe.phases.allSatisfy { $0.earlyStopping?.patience == 7 && $0.accumulate == 2 })
    }

    /// As resolved it can be read again: a stopped run goes on by that.
    @Test func discriminativeRatesReplay() throws {
        let text = recipe(rest: #""epochs": 1, "optimizer": "sgd", "discriminative": [1e-5, 1e-3]"#)
        let resolved = try read(text).resolved
        #expect(resolved["phases"]?[0]?["optimizer"]?["learning_rate"] == 0.001)
        #expect(try read(resolved.serialized()).resolved == resolved)
        let both = recipe(rest: #""epochs": 1, "optimizer": { "learning_rate": 0.1 }, "discriminative": [1e-5, 1e-3]"#)
        #expect(problems(both).contains { $0.contains("discriminative gives absolute rates") })
    }

    @Test func theSectionSaysWhatIsCompared() throws {
        let section = try #require(
            try read(
                recipe(
                    rest: """
                        "epochs": 1, "comparison": { "arms": ["fine-tuned", "scratch", { "checkpoint": "other.h5" },
                          { "name": "fast", "learning_rate": 0.5 }, { "recipe": "b.json" }],
                          "fractions": [1, 0.1], "seeds": [3], "scratch_learning_rate": 0.01, "budget": "time" }
                        """)
            ).comparison)
        #expect(section.arms.map(\.name) == ["fine-tuned", "from-scratch", "other", "fast", "b"])
        #expect(section.arms[2].checkpoint == "/home/me/recipes/other.h5" && section.arms[2].base == .recipe)
        #expect(section.arms[3].learningRate == 0.5 && section.arms[4].base == .file("/home/me/recipes/b.json"))
        #expect(section.fractions == [0.1, 1] && section.seeds == [3] && section.scratchRate == .fixed(0.01))
        #expect(section.budget == .time && section.draws == 10_000 && section.confidence == 0.95)
        #expect(try read(recipe()).comparison == nil)
    }
}
