import Layers
import OrderedCollections
import Tensors
import Training

/// What a recipe says of a model's layers, once the model is known.
extension Recipe {
    /// Its blocks and its head.
    /// - Parameter blocks: those that are left of the recipe's; nil: all.
    /// - Throws: `RecipeError` for blocks that are empty or overlap.
    func grouping(
        of registry: LayerRegistry, head: Set<String>, blocks: OrderedDictionary<String, [PathPattern]>? = nil
    ) throws -> LayerGrouping {
        do { return try LayerGrouping(blocks: blocks ?? model.blocks, head: head, of: registry) } catch let error {
            var sentence = "\(error)"
            if case .noMatch(_, _, let pattern) = error {
                let near = PathSuggestions.nearest(to: pattern.description, among: Array(registry.parameters.keys))
                if let first = near.first { sentence += "; did you mean \"\(first)\"?" }
            }
            throw RecipeError([problem(at: "model.blocks.\(error.block)", sentence)])
        }
    }

    /// What `model.reinitialize` names.
    /// - Throws: `RecipeError` for a pattern that matches nothing.
    func reinitialized(of registry: LayerRegistry) throws -> Set<ParameterPath> {
        let tensors = registry.policyTensors
        var paths: Set<ParameterPath> = []
        var problems: [RecipeProblem] = []
        for (index, selector) in model.reinitialize.enumerated() {
            let found = selector.matches(in: tensors)
            paths.formUnion(found.map { tensors[$0].path })
            guard found.isEmpty else { continue }
            let near = PathSuggestions.nearest(to: selector.description, among: tensors.map(\.path))
            problems.append(
                problem(
                    at: "model.reinitialize.\(index)",
                    "\"\(selector)\" matches no tensor of the model"
                        + (near.first.map { "; did you mean \"\($0)\"?" } ?? "")))
        }
        if !problems.isEmpty { throw RecipeError(problems) }
        return paths
    }
}
