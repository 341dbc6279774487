import Glibc
import JSON
import Recipes

/// What the first word of the command line means, before anything is parsed: a verb, a recipe, or a slip of the
/// finger, which deserves better than "there is no such recipe".
enum Dispatch {
    static let verbs = Finetune.configuration.subcommands.map { $0._commandName } + ["help"]

    /// - Throws: `UsageError` for a word that is neither a verb nor can be meant as a recipe.
    static func check(_ arguments: [String]) throws {
        guard let word = arguments.first, !word.hasPrefix("-"), !verbs.contains(word) else { return }
        guard access(word, F_OK) != 0, !word.contains("/"), !word.contains(".") else { return }
        if arguments.count == 1, isReadyRecipe(word) {
            throw UsageError("there is no recipe \(word) here; a ready one is called that: finetune cp \(word)")
        }
        throw UsageError(
            "there is no command or recipe \"\(word)\"" + didYouMean(word, among: verbs, known: "commands"))
    }

    private static func isReadyRecipe(_ name: String) -> Bool {
        (try? Gallery.ofThisProgram().entry(name)) != nil
    }
}
