import JSON
import Recipes
import Testing
import Training

@Suite struct OverrideTests {
    private func overridden(_ overrides: String...) throws -> Recipe {
        try read(
            recipe(
                rest:
                    #""schedule": "cosine", "phases": [{ "epochs": 1, "policy": [{ "freeze": "a" }] }, { "epochs": 2 }]"#
            ),
            overrides: overrides)
    }

    @Test func setsWhatIsThereAndWhatIsNot() throws {
        let recipe = try overridden(
            "phases.0.epochs=3", "data.batch_size=64", "optimizer.lr=0.5", "name=a=b", "schedule.warmup=2 epochs",
            "phases.0.policy.1.unfreeze=b", "phases.1.steps=4", "seed=7", "metrics=[\"mae\"]")
        #expect(recipe.phases[0].length == .epochs(3))
        #expect(recipe.phases[1].length == .steps(4))
        #expect(recipe.data.batchSize == 64)
        #expect(recipe.phases[1].optimizer.learningRate == 0.5)
        #expect(recipe.name == "a=b")
        #expect(recipe.phases[0].schedule == ScheduleConfiguration(.cosine(), warmup: .epochs(2)))
        #expect(recipe.phases[0].policy.map(\.description) == ["freeze a", "unfreeze b"])
        #expect(recipe.seed == 7)
        #expect(recipe.metrics == [MetricConfiguration(.mae)])
    }

    @Test func winsOverWhatIsWrittenUnderAnotherSpelling() throws {
        let text = recipe(rest: #""epochs": 1, "optimizer": { "learning_rate": 0.25 }, "num_epochs": 1"#)
        #expect(
            problems(text)
                == ["x.json:5:56: num_epochs: says the same as epochs, which is written too; keep one of them"])
        let plain = recipe(rest: #""epochs": 1, "optimizer": { "learning_rate": 0.25 }"#)
        #expect(try read(plain, overrides: ["lr=0.5"]).phases[0].optimizer.learningRate == 0.5)
        #expect(try read(plain, overrides: ["optimizer.lr=0.5"]).phases[0].optimizer.learningRate == 0.5)
        #expect(try read(plain, overrides: ["num_epochs=5"]).phases[0].length == .epochs(5))
        #expect(try read(plain, overrides: ["lr=0.5", "lr=0.75"]).phases[0].optimizer.learningRate == 0.75)
    }

    @Test(arguments: [
        ("data.batch_sise=3", "--set data.batch_sise: unknown key; did you mean \"batch_size\"?"),
        (
            "data.batch_size=many",
            "--set data.batch_size: expected a whole number of at least 1, found \"many\"; for example 32"
        ),
        (
            "phases.7.epochs=1",
            "--set phases.7.epochs: phases is a list of 2, so after it comes a number from 0 to 2 (which adds one), found \"7\""
        ),
        ("seed.x=1", "--set seed.x: seed is 5, so it has nothing called \"x\""),
        ("novalue", "--set \"novalue\" cannot be used: it has no \"=\"; write it as in --set data.batch_size=64"),
        (
            "a..b=1",
            "--set \"a..b=1\" cannot be used: a part of the key before \"=\" is empty; write it as in --set data.batch_size=64"
        ),
        (
            "=1",
            "--set \"=1\" cannot be used: a part of the key before \"=\" is empty; write it as in --set data.batch_size=64"
        ),
        (
            String(repeating: "a.", count: 10_000) + "b=1",
            "--set \"" + String(repeating: "a.", count: 30)
                + "…\" cannot be used: its key has too many parts; write it as in --set data.batch_size=64"
        ),
        ("phases.0.policy.0=5", "--set phases.0.policy.0: expected an object, found 5"),
    ])
    func refuses(override: String, message: String) {
        let text = recipe(
            rest: #""seed": 5, "phases": [{ "epochs": 1, "policy": [{ "freeze": "a" }] }, { "epochs": 2 }]"#)
        #expect(problems(text, overrides: [override]) == [message])
    }
}
