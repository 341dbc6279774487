import JSON
import OrderedCollections
import Tracking

/// What `finetune compare` compares, and by what.
struct ComparisonSection: Sendable, Hashable {
    /// One of the things compared: the recipe, or what takes its place.
    struct Arm: Sendable, Hashable {
        enum Base: Sendable, Hashable {
            /// The recipe as it is.
            case recipe
            case strategy(Strategy)
            /// Another recipe's file.
            case file(String)
        }

        var name: String
        var base: Base
        var checkpoint: String?
        var learningRate: Double?
    }

    /// How the arm from scratch comes by its rate.
    enum ScratchRate: Sendable, Hashable {
        case search, recipe
        case fixed(Double)
    }

    /// Empty for the recipe and the same from scratch.
    var arms: [Arm] = []
    var seeds = [1, 2, 3, 4, 5]
    /// Nil for the recipe's first.
    var metric: String?
    var fractions = [1.0]
    var budget = Comparison.Budget.Kind.steps
    var scratchRate = ScratchRate.search
    var splitsBySeed = false
    var confidence = 0.95
    var draws = 10_000
    var oldTask: SourceSection?
    /// As it is written in a resolved recipe; null where there is none.
    var oldTaskJSON = JSON.null

    /// Where a recipe says nothing.
    init() {}

    /// - Parameters:
    ///   - node: complete and valid.
    ///   - isRegression: whether whole numbers among targets are values.
    init(_ node: RecipeNode, isRegression: Bool) throws {
        arms = try node.optional("arms")?.list().map { try Arm($0) } ?? []
        seeds = try node.member("seeds").ints()
        metric = try node.optional("metric")?.text()
        fractions = try node.member("fractions").doubles().sorted()
        budget = try node.member("budget").choice(Comparison.Budget.Kind.self)
        let rate = try node.member("scratch_learning_rate")
        scratchRate =
            if let number = rate.scalar?.double { .fixed(number) } else {
                try rate.text() == "recipe" ? .recipe : .search
            }
        splitsBySeed = try node.member("split").text() == "each-seed"
        confidence = try node.member("confidence").double()
        draws = try node.member("draws").int()
        if let task = try node.optional("old_task") {
            oldTask = try SourceSection(
                task, SourceSection.Context(onBadExample: .error, isRegression: isRegression))
            oldTaskJSON = task.json
        }
    }
}

extension ComparisonSection.Arm {
    /// The recipe itself, among the names of strategies.
    static let recipeName = "fine-tuned"

    /// - Parameter node: a name or an object, valid.
    init(_ node: RecipeNode) throws {
        if let text = node.scalar?.string {
            guard let arm = ComparisonSection.Arm(named: text) else { throw RecipeTableError(path: node.path) }
            self = arm
            return
        }
        let strategy = try node.optional("strategy")?.choice(Strategy.self)
        let file = try node.optional("recipe")?.text()
        let checkpoint = try node.optional("checkpoint")?.text()
        name =
            try node.optional("name")?.text() ?? strategy?.rawValue
            ?? file.map(RecipeReader.baseName) ?? checkpoint.map(ComparisonSection.Arm.modelName)
            ?? ComparisonSection.Arm.recipeName
        base = strategy.map(Base.strategy) ?? file.map(Base.file) ?? .recipe
        self.checkpoint = checkpoint
        learningRate = try node.optional("learning_rate")?.double()
    }

    /// A model's file without its folder and ending.
    private static func modelName(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let ending = [".h5", ".hdf5", ".keras"].first { name.hasSuffix($0) && name.count > $0.count }
        return String(name.dropLast(ending?.count ?? 0))
    }

    /// - Parameter name: `fine-tuned`, or a strategy's name or other name.
    init?(named text: String) {
        let strategy = Strategy.allCases.first { $0.rawValue == text || $0.aliases.contains(text) }
        guard strategy != nil || text == ComparisonSection.Arm.recipeName else { return nil }
        name = strategy?.rawValue ?? text
        base = strategy.map(Base.strategy) ?? .recipe
    }

    /// What may stand for an arm as a name alone.
    static var names: [String] { [recipeName] + Strategy.allCases.map(\.rawValue) }
}
