import Glibc
import JSON
import Recipes
import Testing

/// Whatever a recipe says, reading it gives a recipe or problems; it never traps, and what it gives can be replayed.
@Suite struct FuzzTests {
    private static let words: [JSON] = [
        nil, true, false, 0, 1, -1, 3, 1.5, 1e300, -0.5, 9_223_372_036_854_775_807, "", "x", "many", "2 epochs",
        "1e400 epochs",
        "10 minutes", "**", "last 3", "re:(", "adam", "sgd", "cosine", "step", "one-cycle", "idx", "csv", "inline", [],
        [:], [1, 2], ["x"],
        [[1, 2], [3]], ["name": "sgd"], ["format": "inline", "inputs": [1, 2], "targets": ["a", "b"]], ["freeze": "**"],
        "9e99 steps",
        "1000000000000 hours",
    ]

    @Test func survivesMutatedValues() throws {
        var generator = Xorshift(state: 88_172_645_463_325_252)
        let seeds =
            try ["fashion-transfer-full", "sigmoid-mlp", "npy-finetune", "lenet5"].map {
                try JSON(parsing: contents(of: repository + "/recipes/\($0).json"))
            } + [try read(recipe(rest: #""epochs": 1, "schedule": "one-cycle", "early_stopping": null"#)).resolved]
        var accepted = 0
        for round in 0..<600 {
            var value = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &generator) { value = mutated(value, &generator) }
            do {
                let recipe = try read(value.serialized())
                accepted += 1
                let again = try read(recipe.resolved.serialized())
                #expect(again.resolved == recipe.resolved)
            } catch let error as RecipeError {
                #expect(!error.problems.isEmpty)
            }
        }
        #expect(accepted > 20)
    }

    @Test func survivesMutatedText() throws {
        var generator = Xorshift(state: 42)
        let seed = Array(try contents(of: repository + "/recipes/fashion-transfer-full.json").utf8)
        for round in 0..<250 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: 32...126, using: &generator)
                case 1: bytes.removeSubrange(at..<min(at + 9, bytes.count))
                default: bytes.insert("{}[]\",:-".utf8.randomElement(using: &generator)!, at: at)
                }
            }
            // Problems, an override that fits and one that does not: all of it must end well.
            let text = String(decoding: bytes, as: UTF8.self)
            _ = problems(text, overrides: round % 2 == 0 ? [] : ["phases.0.epochs=3", "a.0.b=1"])
            if round % 10 == 0 { _ = problems(text, isYAML: true) }
        }
    }

    private func mutated(_ value: JSON, _ generator: inout Xorshift) -> JSON {
        if Int.random(in: 0..<6, using: &generator) == 0 { return FuzzTests.words.randomElement(using: &generator)! }
        switch value {
        case .array(var elements) where !elements.isEmpty:
            let index = Int.random(in: elements.indices, using: &generator)
            elements[index] = mutated(elements[index], &generator)
            return .array(elements)
        case .object(var members) where !members.isEmpty:
            let key = members.keys[Int.random(in: 0..<members.count, using: &generator)]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: members[key] = nil
            case 1:
                let keys = [
                    "lr", "epochs", "steps", "freeze", "set", "classes", "patience", "name", "zzz", "test", "phases",
                ]
                members[keys.randomElement(using: &generator)!] = FuzzTests.words.randomElement(using: &generator)!
            default: members[key] = mutated(members[key]!, &generator)
            }
            return .object(members)
        default: return FuzzTests.words.randomElement(using: &generator)!
        }
    }
}

struct Xorshift: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
