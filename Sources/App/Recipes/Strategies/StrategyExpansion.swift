import JSON
import OrderedCollections

/// A recipe's strategy written out: phases that its own keys are laid over.
struct StrategyExpansion {
    private let strategy: Strategy
    private let origin: RecipeNode
    /// Canonical.
    private let planned: [RecipeNode]

    /// - Parameter written: canonical, without defaults.
    /// - Returns: the recipe with what the strategy does to its model, and the strategy, where it has one.
    static func expand(_ written: RecipeNode, _ fields: inout FieldReader) -> (RecipeNode, StrategyExpansion?) {
        guard var members = written.members, let origin = members["strategy"],
            let strategy = origin.scalar?.string.flatMap(Strategy.init(rawValue:))
        else { return (written, nil) }
        if strategy.reinitializes, let model = members["model"] {
            members["model"] = reinitializing(model, like: origin)
        }
        let expansion = StrategyExpansion(strategy, origin, setting(of: members), &fields)
        return (written.with(.object(members)), expansion)
    }

    private init(
        _ strategy: Strategy, _ origin: RecipeNode, _ setting: Strategy.Setting, _ fields: inout FieldReader
    ) {
        self.strategy = strategy
        self.origin = origin
        planned = strategy.phases(setting).map { phase in
            fields.check(RecipeNode(phase, origin: .standard(origin.origin.location), path: "strategy"), .phase)
        }
    }

    private static func setting(of recipe: OrderedDictionary<String, RecipeNode>) -> Strategy.Setting {
        let head = recipe["model"]?["head"]?.elements ?? []
        let validation = recipe["data"]?["validation"]
        return Strategy.Setting(
            head: head.isEmpty ? ["last 1"] : patterns(of: head), hasNewHead: !head.isEmpty,
            hasValidation: validation.map { $0.members != nil || ($0.scalar?.double ?? 0) > 0 } ?? false)
    }

    /// Layers that have no name of their own are called `head.…`.
    private static func patterns(of head: [RecipeNode]) -> [String] {
        let bare: Set = ["Activation", "Dropout", "Flatten", "ReLU", "Reshape", "Softmax"]
        var patterns: [String] = []
        for layer in head {
            let name = layer["layer"]?.scalar?.string ?? ""
            if bare.contains(name) || name.contains("Pooling") { continue }
            let pattern = layer["name"]?.scalar?.string ?? "head.**"
            if !patterns.contains(pattern) { patterns.append(pattern) }
        }
        return patterns.isEmpty ? ["head.**"] : patterns
    }

    private static func reinitializing(_ model: RecipeNode, like origin: RecipeNode) -> RecipeNode {
        guard var members = model.members, members["reinitialize"] == nil,
            ["checkpoint", "weights"].contains(where: { members[$0].map { !$0.isNull } ?? false })
        else { return model }
        members["reinitialize"] = RecipeNode(
            ["**"], origin: .standard(origin.origin.location), path: "strategy.reinitialize")
        return model.with(.object(members))
    }

    /// The strategy's phases, each under what the recipe says for all, under what it says for this one. Lists replace
    /// each other but for the policy, where later rules win over earlier ones anyway.
    /// - Parameters:
    ///   - top: what the top level says for phases.
    ///   - own: the recipe's phases, if it has any.
    func phases(under top: RecipeNode, _ own: RecipeNode?, _ fields: inout FieldReader) -> RecipeNode {
        let changes = changes(own?.elements ?? [], &fields)
        let phases = planned.enumerated().map { index, phase -> RecipeNode in
            var merged = FieldReader.merge(phase, top, .phase)
            var rules = top["policy"]
            if let change = changes[index] {
                merged = FieldReader.merge(merged, change, .phase)
                rules = change["policy"] ?? rules
            }
            return merged.appending(phase["policy"], rules)
        }
        return RecipeNode(
            .list(phases), origin: own?.origin ?? .standard(origin.origin.location), path: own?.path ?? "phases")
    }

    /// The recipe's phases by the place of those they change: by name, without one by place.
    private func changes(_ own: [RecipeNode], _ fields: inout FieldReader) -> [Int: RecipeNode] {
        let names = planned.compactMap { $0["name"]?.scalar?.string }
        var changes: [Int: RecipeNode] = [:]
        for (place, phase) in own.enumerated() {
            let name = phase["name"]?.scalar?.string
            let index = name.map { names.firstIndex(of: $0) } ?? (place < names.count ? place : nil)
            guard let index, changes[index] == nil else {
                let has = names.count == 1 ? "one phase" : "\(names.count) phases"
                fields.report(
                    phase["name"] ?? phase,
                    "the strategy \"\(strategy.rawValue)\" has \(has), "
                        + names.map { "\"\($0)\"" }.joined(separator: " and ")
                        + "; a phase written beside it changes the one of its name; leave strategy out to write your own"
                )
                continue
            }
            changes[index] = phase
        }
        return changes
    }
}

extension RecipeNode {
    /// A phase with these rules, one list behind the other.
    fileprivate func appending(_ rules: RecipeNode?, _ more: RecipeNode?) -> RecipeNode {
        guard var members, let rules else { return self }
        members["policy"] = rules.with(.list((rules.elements ?? []) + (more?.elements ?? [])))
        return with(.object(members))
    }
}
