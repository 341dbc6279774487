import Glibc
import Recipes
import Testing

/// What the user is told, word by word: `Fixtures/problems.txt` holds recipes, each with what is said about it.
@Suite struct RecipeProblemTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let recipe: String
        let expected: String
        var testDescription: String { name }
    }

    static let cases: [Case] = {
        guard let text = try? contents(of: repository + "/Tests/App/RecipesTests/Fixtures/problems.txt") else {
            return []
        }
        return text.components(between: "=== ").map { block in
            let name = block.prefix { $0 != "\n" }
            let parts = block.dropFirst(name.count + 1).components(between: "---\n")
            return Case(name: String(name), recipe: String(parts[0].dropLast()), expected: String(parts[1]))
        }
    }()

    @Test func thereAreCases() throws {
        #expect(RecipeProblemTests.cases.count > 40)
        // RECORD_SNAPSHOTS=1 writes down what is said now, to be read before it is committed.
        guard getenv("RECORD_SNAPSHOTS") != nil else { return }
        let text = RecipeProblemTests.cases.map { item in
            "=== \(item.name)\n\(item.recipe)\n---\n" + problems(item.recipe).map { $0 + "\n" }.joined()
        }
        try write(text.joined(), to: repository + "/Tests/App/RecipesTests/Fixtures/problems.txt")
    }

    @Test(arguments: cases) func says(_ item: Case) {
        let found = problems(item.recipe).map { $0 + "\n" }.joined()
        #expect(found == item.expected, "\(item.name)")
    }
}

extension StringProtocol {
    /// The parts between separators; nothing before the first where the text begins with one.
    fileprivate func components(between separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            if range.lowerBound > rest.startIndex || !parts.isEmpty { parts.append(String(rest[..<range.lowerBound])) }
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
