import JSON
import Layers
import Training

/// What a recipe says, typed and complete: everything not written has its default, every path is absolute.
package struct Recipe: Sendable {
    package let name: String
    package let description: String
    package let seed: UInt64
    package let model: ModelSection
    package let data: DataSection
    package let loss: Loss
    package let metrics: [MetricConfiguration]
    /// At least one.
    package let phases: [PhaseSection]
    /// In epochs or steps.
    package let evaluateEvery: RecipeInterval
    package let snapshotEvery: RecipeInterval
    /// The folder that gets the run's folder.
    package let output: String

    /// The recipe's path as the user gave it.
    package let file: String
    /// The whole recipe with everything written out, in one order. Reading it again, from any folder, gives the same
    /// recipe.
    package let resolved: JSON
    private let node: RecipeNode

    /// - Parameters:
    ///   - node: complete and valid.
    ///   - name: where the recipe gives none.
    init(_ node: RecipeNode, file: String) throws {
        self.node = node
        self.file = file
        var resolved = node.json
        if node["$schema"]?.isNull ?? true { resolved["$schema"] = nil }
        self.resolved = resolved
        name = try node.member("name").text()
        description = try node.member("description").text()
        seed = UInt64(try node.member("seed").int())
        model = try ModelSection(node.member("model"))
        data = try DataSection(node.member("data"))
        loss = try Loss(node.member("loss"))
        metrics = try node.member("metrics").list().map { try MetricConfiguration($0) }
        phases = try node.member("phases").list().enumerated().map { index, phase in
            try PhaseSection(phase, name: "phase-\(index + 1)")
        }
        evaluateEvery = try RecipeInterval(node.member("evaluate_every").scalar ?? .null, allowsMinutes: false)
        snapshotEvery = try RecipeInterval(node.member("snapshot_every").scalar ?? .null, allowsMinutes: true)
        output = try node.member("output").text()
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
