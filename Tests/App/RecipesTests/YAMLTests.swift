import JSON
import Recipes
import Testing
import Training

@Suite struct YAMLTests {
    @Test func saysTheSameAsJSON() throws {
        let yaml = """
            # a comment
            model:
              checkpoint: m.h5
              head:
                - layer: Dense
                  units: classes
            data:
              train: { format: idx, inputs: x, targets: "y", classes: [5, "6"] }
              validation: 0.1
            loss: mse
            epochs: 10
            lr: 1e-3
            description: yes
            policy:
              - freeze: "**"
              - unfreeze: [head.**]
            """
        let json = """
            { "model": { "checkpoint": "m.h5", "head": [{ "layer": "Dense", "units": "classes" }] },
              "data": { "train": { "format": "idx", "inputs": "x", "targets": "y", "classes": [5, "6"] }, "validation": 0.1 },
              "loss": "mse", "epochs": 10, "lr": 1e-3, "description": "yes",
              "policy": [{ "freeze": "**" }, { "unfreeze": ["head.**"] }] }
            """
        #expect(try read(yaml, isYAML: true).resolved == read(json).resolved)
    }

    @Test func namesThePlace() {
        let yaml =
            "model:\n  checkpont: m.h5\ndata:\n  train: {format: idx, inputs: x, targets: y}\n  batch_size: many\nloss: mse\nepochs: 1\n"
        #expect(
            problems(yaml, isYAML: true) == [
                "x.yaml:2:3: model.checkpont: unknown key; did you mean \"checkpoint\"?",
                "x.yaml:5:15: data.batch_size: expected a whole number of at least 1, found \"many\"; for example 32",
            ])
    }

    @Test(arguments: [
        ("a: [1, 2", "x.yaml:2:1: did not find expected ',' or ']'"),
        ("a: 1\na: 2\n", "x.yaml:1:1: there twice: \"a\""),
        ("", "x.yaml:1:1: expected a mapping, found an empty text"),
        ("? [1]\n: 2\n", "x.yaml:1:3: expected a key that is a text"),
    ])
    func refuses(text: String, message: String) {
        #expect(problems(text, isYAML: true) == [message])
    }

    @Test func boundsWhatAliasesUnfold() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let last = "*a\(level - 1)"
            text += "a\(level): &a\(level) [" + Array(repeating: last, count: 10).joined(separator: ", ") + "]\n"
        }
        let found = problems(text, isYAML: true)
        #expect(found.count == 1)
        #expect(found[0].hasSuffix("the text unfolds into too much; write it without aliases"))
        let deep = String(repeating: "[", count: 5000)
        #expect(problems(deep, isYAML: true).count == 1)
    }
}
