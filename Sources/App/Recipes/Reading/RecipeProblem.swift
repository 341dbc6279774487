import JSON

/// One thing that is wrong with a recipe: where, what was expected, what was found, what to try.
package struct RecipeProblem: Hashable, Sendable, CustomStringConvertible {
    /// The recipe's path as the user gave it.
    package let file: String
    package let origin: RecipeOrigin
    /// The key's path, empty where the whole recipe is meant.
    package let path: String
    package let message: String

    package init(file: String, origin: RecipeOrigin, path: String, message: String) {
        self.file = file
        self.origin = origin
        self.path = path
        self.message = message
    }

    /// `recipes/x.json:12:7: data.batch_size: expected …`
    package var description: String {
        let subject = path.isEmpty ? "" : "\(path): "
        switch origin {
        case .option(let key): return "--set \(key): " + (key == path ? "" : subject) + message
        case .text(let location), .standard(let location?): return "\(file):\(location): \(subject)\(message)"
        case .standard(nil): return "\(file): \(subject)\(message)"
        }
    }

    /// In the order of the text; what came from the command line after it.
    static func sorted(_ problems: [RecipeProblem]) -> [RecipeProblem] {
        func key(_ problem: RecipeProblem) -> (Int, SourceLocation) {
            (problem.origin.isOption ? 1 : 0, problem.origin.location ?? SourceLocation(line: 0, column: 0))
        }
        var seen: Set<RecipeProblem> = []
        let unique = problems.filter { seen.insert($0).inserted }
        return unique.enumerated().sorted { a, b in
            let (x, y) = (key(a.element), key(b.element))
            return x == y ? a.offset < b.offset : x < y
        }.map(\.element)
    }
}

/// Everything that is wrong with a recipe, at once.
package struct RecipeError: Error, CustomStringConvertible {
    package let problems: [RecipeProblem]

    package init(_ problems: [RecipeProblem]) { self.problems = RecipeProblem.sorted(problems) }

    /// One problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
