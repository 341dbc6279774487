import JSON
import Layers
import OrderedCollections
import Tensors
import Training

/// Gradual unfreezing written out: a phase for each block, from the output on, each going on where the one before
/// ended, with a short warm-up for what was just unfrozen (Howard, Ruder, "Universal language model fine-tuning for text
/// classification", ACL 2018). The head and the blocks that the phase's policy lets train take part.
enum GradualExpansion {
    /// - Parameter registries: of the models, in the order of their phases.
    /// - Throws: `RecipeError` for a phase that has too few blocks or epochs.
    static func expand(_ recipe: Recipe, _ registries: [LayerRegistry]) throws -> Recipe {
        guard recipe.phases.contains(where: { $0.gradual != nil }) else { return recipe }
        let configurations = recipe.phaseConfigurations()
        return try recipe.replacingPhases { index, node in
            guard let gradual = recipe.phases[index].gradual else { return [node] }
            let configuration = configurations[index]
            let registry = registries[recipe.stage(ofPhase: index)]
            let resolution = try PolicyResolution(
                rules: configuration.rules, registry: registry, rates: configuration.rates)
            let plan = GradualPlan(resolution, registry.grouping)
            guard plan.stages.count > 1 else {
                throw RecipeError([
                    recipe.problem(
                        at: "phases.\(index).gradual",
                        "only one block trains, so there is nothing to unfreeze by and by; let more train")
                ])
            }
            if case .epochs(let every) = gradual, case .epochs(let epochs) = recipe.phases[index].length,
                every * (plan.stages.count - 1) >= epochs
            {
                throw RecipeError([
                    recipe.problem(
                        at: "phases.\(index).gradual",
                        "\(plan.stages.count) blocks, one every \(every) epoch\(every == 1 ? "" : "s"), take more than "
                            + "the \(epochs) epochs of the phase; give at least \(every * (plan.stages.count - 1) + 1), "
                            + "or name larger blocks in model.blocks")
                ])
            }
            return try plan.stages.indices.map { try stage($0, of: plan, gradual, node, recipe) }
        }
    }

    private static func stage(
        _ index: Int, of plan: GradualPlan, _ gradual: PhaseSection.Gradual, _ phase: RecipeNode, _ recipe: Recipe
    ) throws -> RecipeNode {
        let isLast = index == plan.stages.count - 1
        let origin = RecipeOrigin.standard(phase["gradual"]?.origin.location ?? phase.origin.location)
        func node(_ key: String, _ value: JSON) -> RecipeNode {
            RecipeNode(value, origin: origin, path: RecipeNode.join(phase.path, key))
        }
        var members = phase.members ?? [:]
        members["name"] = node("name", .string("\(try phase.member("name").text())-\(index + 1)"))
        members["gradual"] = node("gradual", .null)
        if index > 0 {
            members["continue"] = node("continue", true)
            members["optimizer_state"] = node("optimizer_state", "keep")
            for key in ["head", "cut_at"] { members[key] = node(key, .null) }
        }
        var rise = TrainingDuration.epochs(0.5)
        switch gradual {
        case .epochs(let every):
            rise = .epochs(Double(every) / 10)
            let all = try phase.member("epochs").int()
            members["epochs"] = node("epochs", .integer(isLast ? all - every * index : every))
        case .plateau: break
        }
        // What is best is taken back at the end of the chain.
        if !isLast, members["restore_best"]?.scalar?.bool == true {
            members["restore_best"] = node("restore_best", .null)
        }
        let rules = plan.rules(of: index, rise: RecipeDuration(rise).json).map { rule in
            // Correct by construction: no problem can come of it.
            var fields = FieldReader(file: recipe.file, folder: "/", checksFiles: false)
            let blank = node("gradual", rule)
            return fields.complete(fields.check(blank, .policyRule), .policyRule)
        }
        let policy = try phase.member("policy")
        members["policy"] = policy.with(.list(try policy.list() + rules))
        return phase.with(.object(members))
    }
}

/// Which blocks a gradual phase unfreezes, and when.
struct GradualPlan {
    /// What begins to train: names of blocks and paths of layers outside of any, and how many blocks of the base, counted
    /// from the input, still wait.
    struct Stage: Hashable {
        let names: [String]
        let waiting: Int
    }

    let stages: [Stage]

    init(_ resolution: PolicyResolution, _ grouping: LayerGrouping) {
        let base = resolution.tensors.filter { !$0.tensor.isHead }
        let levels = Set(base.map(\.tensor.level)).sorted()
        func names(_ policies: [TensorPolicy]) -> [String] {
            var names: OrderedSet<String> = []
            for policy in policies where policy.isOptimized {
                let layer = policy.tensor.layer
                names.append(grouping.blocks[layer] ?? layer.description)
            }
            return names.elements
        }
        var stages: [Stage] = []
        let head = names(resolution.tensors.filter(\.tensor.isHead))
        if !head.isEmpty { stages.append(Stage(names: head, waiting: levels.count)) }
        for (index, level) in levels.enumerated() {
            let found = names(base.filter { $0.tensor.level == level })
            if !found.isEmpty { stages.append(Stage(names: found, waiting: levels.count - 1 - index)) }
        }
        self.stages = stages
    }

    /// What a stage adds to the policy of its phase.
    /// - Parameter rise: the warm-up of what it unfreezes.
    func rules(of index: Int, rise: JSON) -> [JSON] {
        let stage = stages[index]
        var rules: [JSON] = []
        if stage.waiting > 0 {
            rules.append(["freeze": .string(stage.waiting == 1 ? "first block" : "first \(stage.waiting) blocks")])
        }
        if index > 0 {
            let names = stage.names.map(JSON.string)
            rules.append(["set": names.count == 1 ? names[0] : .array(names), "warmup": rise])
        }
        return rules
    }
}
