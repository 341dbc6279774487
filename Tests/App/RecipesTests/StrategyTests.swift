import Glibc
import JSON
import Recipes
import Testing
import Training

@Suite struct StrategyTests {
    private func written(_ strategy: String, model: String? = nil, rest: String = "") throws -> Recipe {
        let head = #"[{ "layer": "Dense", "units": 2, "activation": "softmax" }]"#
        return try read(
            recipe(
                model: model ?? #"{ "checkpoint": "m.h5", "cut_at": "flatten", "head": \#(head) }"#,
                data: #"{ "train": { "format": "idx", "inputs": "x", "targets": "y" }, "validation": 0.1 }"#,
                loss: #""cross_entropy""#, rest: #""strategy": "\#(strategy)"\#(rest.isEmpty ? "" : ", " + rest)"#))
    }

    private func policy(_ recipe: Recipe, _ phase: Int = 0) -> [String] {
        recipe.phases[phase].policy.map(\.description)
    }

    @Test(arguments: Strategy.allCases) func everyWordIsACompleteRecipe(_ strategy: Strategy) throws {
        let recipe = try written(strategy.rawValue)
        #expect(recipe.phases.allSatisfy { $0.earlyStopping?.patience == 3 })
        #expect(recipe.resolved["strategy"] == .null)
        #expect(recipe.resolved["phases"]?.array?.count == recipe.phases.count)
        for alias in strategy.aliases {
            #expect(try written(alias).resolved == recipe.resolved)
        }
        let text = recipe.resolved.serialized(pretty: true)
        let again = try RecipeReader(checksFiles: false).read(text: text, path: "recipe.json", folder: "/elsewhere")
        #expect(again.resolved == recipe.resolved)
    }

    @Test func linearProbeThenFineTuning() throws {
        let recipe = try written("lp-ft")
        #expect(recipe.phases.map(\.name) == ["probe", "fine-tune"])
        #expect(recipe.phases.map(\.length) == [.epochs(20), .epochs(10)])
        #expect(policy(recipe) == ["freeze **", "unfreeze head.**"] && policy(recipe, 1) == ["unfreeze **"])
        #expect(recipe.phases.map(\.optimizer.learningRate) == [1e-3, 1e-4])
        #expect(recipe.phases.map(\.keepsOptimizerState) == [true, false])
    }

    @Test func withoutANewHeadTheLastLayerIsTheHead() throws {
        let model = #"{ "checkpoint": "m.h5" }"#
        #expect(try policy(written("bitfit", model: model)) == ["freeze **", "unfreeze role: bias last 1"])
        #expect(try policy(written("bitfit")) == ["freeze **", "unfreeze role: bias head.**"])
        #expect(try policy(written("surgical")) == ["freeze **", "unfreeze last block head.**"])
        #expect(try policy(written("surgical", model: model)) == ["freeze **", "unfreeze first block"])
        let named = """
            { "checkpoint": "m.h5", "cut_at": "f", "head": [{ "layer": "Dropout", "name": "d", "rate": 0.5 },
              { "layer": "Dense", "name": "top", "units": 2 }] }
            """
        #expect(try policy(written("feature-extraction", model: named)) == ["freeze **", "unfreeze top"])
    }

    @Test func fromScratchTakesNothingFromTheFile() throws {
        #expect(try written("from-scratch").model.reinitialize.map(\.description) == ["**"])
        let fresh = try written("from-scratch", model: #"{ "architecture": "a.json" }"#)
        #expect(fresh.model.reinitialize.isEmpty)
    }

    @Test func whatIsWrittenBesideAStrategyOverridesIt() throws {
        let recipe = try written(
            "lp-ft",
            rest: """
                "epochs": 3, "lr": 0.5, "early_stopping": null,
                "policy": [{ "set": "conv2d", "multiplier": 0.1 }],
                "phases": [{ "name": "fine-tune", "steps": 7, "schedule": "constant", "layer_decay": 0.5 }]
                """)
        #expect(recipe.phases.map(\.length) == [.epochs(3), .steps(7)])
        #expect(recipe.phases.map(\.optimizer.learningRate) == [0.5, 0.5])
        #expect(recipe.phases.map(\.schedule.curve.name) == [.constant, .constant])
        #expect(recipe.phases.allSatisfy { $0.earlyStopping == nil } && recipe.phases[1].layerDecay == 0.5)
        #expect(policy(recipe, 1) == ["unfreeze **", "set conv2d multiplier 0.1"])
        let byPlace = try written("fine-tune", rest: #""phases": [{ "discriminative": [1e-5, 1e-3] }]"#)
        #expect(byPlace.phases[0].layerDecay == nil && byPlace.phases[0].discriminative?.highest == 1e-3)
        #expect(byPlace.phases[0].name == "all")
    }

    /// `docs/strategies.md` has a row for each, and their phases as they are. RECORD_SNAPSHOTS=1 writes the latter down.
    @Test func theDocumentationShowsWhatHappens() throws {
        let path = repository + "/docs/strategies.md"
        let heading = "## What they stand for\n"
        let setting = Strategy.Setting(head: ["head.**"], hasNewHead: true, hasValidation: true)
        let sections = Strategy.allCases.filter { $0 != .surgical }.map { strategy in
            let phases = strategy.phases(setting).map { "  \($0.serialized())" }.joined(separator: ",\n")
            return "\n`\(strategy.rawValue)`\n\n```json\n\"phases\": [\n\(phases)\n]\n```\n"
        }
        let text = try contents(of: path)
        let start = try #require(text.firstRange(of: heading))
        if getenv("RECORD_SNAPSHOTS") != nil { try write(text[..<start.upperBound] + sections.joined(), to: path) }
        #expect(try contents(of: path).hasSuffix(heading + sections.joined()))
        for strategy in Strategy.allCases { #expect(text.contains("| `\(strategy.rawValue)` |")) }
    }
}
