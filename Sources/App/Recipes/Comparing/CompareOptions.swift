import Data
import JSON

/// `finetune compare`.
package struct CompareOptions: Sendable, Hashable {
    /// One, which is compared with itself from scratch or with its arms; or several, which are the arms.
    package var recipes: [RecipeArguments]
    /// The comparison's own folder; nil: one with the date below the first recipe's `output`.
    package var folder: String?
    package var verbosity: Verbosity
    /// Nil: as many as are right for each recipe on this machine.
    package var threads: Int?
    package var cache: CacheOption
    /// Whether `arms` were named on the command line.
    let namesArms: Bool

    /// What the command line says in place of the first recipe's `comparison`, each as it is written there; nil: nothing.
    package struct Settings: Sendable, Hashable {
        package var arms: String?
        package var seeds: String?
        package var fractions: String?
        package var metric: String?
        package var budget: String?

        package init(
            arms: String? = nil, seeds: String? = nil, fractions: String? = nil, metric: String? = nil,
            budget: String? = nil
        ) {
            self.arms = arms
            self.seeds = seeds
            self.fractions = fractions
            self.metric = metric
            self.budget = budget
        }

        /// As overrides of a recipe.
        fileprivate var overrides: [String] {
            func list(_ text: String?, _ item: (Substring) -> JSON) -> String? {
                text.map { text in
                    JSON.array(text.split(separator: ",").map { item($0.drop { $0 == " " }) }).serialized()
                }
            }
            func number(_ text: Substring) -> JSON { (try? JSON(parsing: String(text))) ?? .string(String(text)) }
            let pairs = [
                ("arms", list(arms) { .string(String($0)) }), ("seeds", list(seeds, number)),
                ("fractions", list(fractions, number)), ("metric", metric.map { JSON.string($0).serialized() }),
                ("budget", budget.map { JSON.string($0).serialized() }),
            ]
            return pairs.compactMap { key, value in value.map { "comparison.\(key)=\($0)" } }
        }
    }

    package init(
        recipes: [String], overrides: [String] = [], settings: Settings = Settings(), folder: String? = nil,
        verbosity: Verbosity = .normal, threads: Int? = nil, cache: CacheOption = .standard
    ) {
        self.recipes = recipes.enumerated().map { index, path in
            RecipeArguments(path: path, overrides: overrides + (index == 0 ? settings.overrides : []))
        }
        namesArms = settings.arms != nil
        self.folder = folder
        self.verbosity = verbosity
        self.threads = threads
        self.cache = cache
    }
}
