import Recipes
import Testing

/// What the user is told, word by word.
@Suite struct RecipeProblemTests {
    @Test func everythingAtOnceInTheOrderOfTheText() {
        let text = """
            {
              "modle": { "checkpoint": "m.h5" },
              "data": { "train": { "format": "idxx", "inputs": "x", "targets": "y" }, "batch_size": "many" },
              "loss": { "name": "mse", "label_smoothing": 0.1 },
              "optimizer": { "name": "adamw", "learning_rat": 1 },
              "seed": -1,
              "epochs": 2.5
            }
            """
        #expect(problems(text) == [])
    }

    @Test(arguments: [
        ("[]", ["x.json:1:1: expected an object, found an empty list"]),
    ])
    func says(text: String, expected: [String]) {
        #expect(problems(text) == expected)
    }
}
