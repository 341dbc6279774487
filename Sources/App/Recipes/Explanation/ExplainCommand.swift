import JSON
import Tracking
import Training

/// `finetune explain`.
package struct ExplainOptions: Sendable, Hashable {
    package var recipe: RecipeArguments
    /// A phase's name or its number, from 1; nil: all that differ.
    package var phase: String?
    package var asJSON: Bool

    package init(recipe: RecipeArguments, phase: String? = nil, asJSON: Bool = false) {
        self.recipe = recipe
        self.phase = phase
        self.asJSON = asJSON
    }
}

extension Commands {
    /// Shows what each phase does to each tensor, and which rule decided; trains nothing.
    package static func explain(_ options: ExplainOptions, console: Console) throws -> ExitStatus {
        let session = try Session(try options.recipe.read())
        let recipe = session.recipe
        let chosen = try options.phase.map { try indices(of: $0, in: recipe) } ?? Array(recipe.phases.indices)
        let explanations = try chosen.map { index in
            do {
                return try Explanation(index, in: session)
            } catch let error as ScheduleError {
                throw RecipeError([recipe.problem(at: "phases.\(index).schedule", "\(error)")])
            }
        }
        if options.asJSON {
            console.print(JSON.array(explanations.flatMap(\.json)).serialized(pretty: true))
            return .done
        }
        let width = console.outputIsTerminal ? Terminal.standardOutput().width() : nil
        let texts = distinct(explanations).map { explanation, alike in
            explanation.text(phases: recipe.phases.count, alike: alike.map(\.name), width: width)
        }
        console.write(texts.joined(separator: "\n"))
        return .done
    }

    /// Each explanation that says something new, with the later ones that say the same.
    private static func distinct(_ all: [Explanation]) -> [(Explanation, [Explanation])] {
        var groups: [(Explanation, [Explanation])] = []
        for explanation in all {
            if let known = groups.firstIndex(where: { $0.0.agrees(with: explanation) }) {
                groups[known].1.append(explanation)
            } else {
                groups.append((explanation, []))
            }
        }
        return groups
    }

    /// One phase, or the stages that a gradual one was written out as.
    /// - Throws: `UsageError` for a phase that the recipe has not.
    private static func indices(of phase: String, in recipe: Recipe) throws -> [Int] {
        let names = recipe.phases.map(\.name)
        let stages = names.indices.filter { index in
            names[index].hasPrefix(phase + "-") && Int(names[index].dropFirst(phase.count + 1)) != nil
        }
        return stages.isEmpty || names.contains(phase) ? [try phaseIndex(of: phase, in: recipe)] : stages
    }

    /// By name, or by number from 1.
    /// - Throws: `UsageError` for a phase that the recipe has not.
    static func phaseIndex(of phase: String, in recipe: Recipe) throws -> Int {
        let names = recipe.phases.map(\.name)
        if let index = names.firstIndex(of: phase) { return index }
        if let number = Int(phase), names.indices.contains(number - 1) { return number - 1 }
        let list = names.enumerated().map { "\($0 + 1) \"\($1)\"" }.joined(separator: ", ")
        throw UsageError("there is no phase \(phase); the recipe's phases are \(list)")
    }
}
