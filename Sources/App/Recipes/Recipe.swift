import JSON
import Layers
import OrderedCollections
import Training

/// What a recipe says, typed and complete: everything not written has its default, every path is absolute.
package struct Recipe: Sendable {
    package let name: String
    package let description: String
    package let seed: UInt64
    package let model: ModelSection
    package let data: DataSection
    package let losses: OutputLosses
    /// By the names of outputs; a single output's under the empty name.
    package let classWeights: OrderedDictionary<String, ClassWeights>
    package let metrics: OutputMetrics
    /// At least one.
    package let phases: [PhaseSection]
    /// In epochs or steps.
    package let evaluateEvery: RecipeInterval
    package let snapshotEvery: RecipeInterval
    /// Of the whole run; nil for as long as it takes.
    package let maximumMinutes: Double?
    package let maximumSteps: Int?
    /// The decay of a moving average of the weights; nil for none.
    package let ema: Double?
    /// What `finetune compare` goes by; nil where nothing is said.
    let comparison: ComparisonSection?
    /// The folder that gets the run's folder.
    package let output: String

    /// The recipe's path as the user gave it.
    package let file: String
    /// The whole recipe with everything written out, in one order. Reading it again, from any folder, gives the same
    /// recipe.
    package let resolved: JSON
    private let node: RecipeNode

    /// The loss of a model of one output; the first of several.
    package var loss: Loss { losses.losses.values[0] }

    /// - Parameter node: complete and valid.
    init(_ node: RecipeNode, file: String) throws {
        self.node = node
        self.file = file
        resolved = Recipe.resolved(node)
        name = try node.member("name").text()
        description = try node.member("description").text()
        seed = UInt64(try node.member("seed").int())
        model = try ModelSection(node.member("model"))
        losses = try OutputLosses(node.member("loss"), weights: node.optional("loss_weights"))
        data = try DataSection(node.member("data"), losses: losses)
        classWeights = try ClassWeights.written(in: node.member("loss"))
        maximumMinutes = try node.optional("max_time")?.double()
        maximumSteps = try node.optional("max_steps")?.int()
        metrics = try OutputMetrics(node.member("metrics"))
        let blocks = model.namedBlocks
        phases = try node.member("phases").list().map { try PhaseSection($0, blocks: blocks) }
        evaluateEvery = try RecipeInterval(node.member("evaluate_every").scalar ?? .null, allowsMinutes: false)
        snapshotEvery = try RecipeInterval(node.member("snapshot_every").scalar ?? .null, allowsMinutes: true)
        ema = try node.optional("ema")?.double()
        let isRegression = losses.single?.isRegression ?? true
        comparison = try node.optional("comparison").map { try ComparisonSection($0, isRegression: isRegression) }
        output = try node.member("output").text()
    }

    /// What the top level says for phases is left out: every phase says it for itself.
    private static func resolved(_ node: RecipeNode) -> JSON {
        let phaseKeys = Set(RecipeTable.phaseSettings.map(\.key))
        var members = node.members ?? [:]
        // What it stands for is written out.
        members["strategy"] = members["strategy"]?.with(.scalar(.null))
        members["phases"] = members["phases"].map { phases in
            phases.with(.list((phases.elements ?? []).map(Recipe.showingHighestRate)))
        }
        return RecipeNode(
            .object(members.filter { key, member in !phaseKeys.contains(key) && !(key == "$schema" && member.isNull) }),
            origin: node.origin, path: ""
        ).json
    }

    /// Discriminative rates stand in place of the optimizer's, whose highest is the one that logs show.
    private static func showingHighestRate(_ phase: RecipeNode) -> RecipeNode {
        guard var members = phase.members, let highest = members["discriminative"]?.elements?.last,
            let optimizer = members["optimizer"], var settings = optimizer.members
        else { return phase }
        settings["learning_rate"] = highest
        members["optimizer"] = optimizer.with(.object(settings))
        return phase.with(.object(members))
    }

    /// The recipe with other phases in place of each.
    /// - Parameter transform: completed phases for one, given with its place among all.
    func replacingPhases(_ transform: (Int, RecipeNode) throws -> [RecipeNode]) throws -> Recipe {
        var members = node.members ?? [:]
        let phases = try node.member("phases")
        members["phases"] = phases.with(.list(try phases.list().enumerated().flatMap { try transform($0, $1) }))
        return try Recipe(node.with(.object(members)), file: file)
    }

    /// A problem that only shows once files were looked into, with its place in the recipe: at the dotted path, or at
    /// the nearest section around it that was written.
    package func problem(at path: String, _ message: String) -> RecipeProblem {
        var components = path.split(separator: ".")[...]
        while true {
            let dotted = components.joined(separator: ".")
            if let found = dotted.isEmpty ? node : node[dotted: dotted], found.origin.isWritten || dotted.isEmpty {
                return RecipeProblem(file: file, origin: found.origin, path: path, message: message)
            }
            components = components.dropLast()
        }
    }
}
