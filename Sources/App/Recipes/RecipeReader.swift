import JSON
import OrderedCollections

/// Reads recipes: text to nodes, nodes checked by tables, phases laid over the top level, defaults added, what must
/// hold between keys checked. Every problem that can be seen is reported at once.
package struct RecipeReader: Sendable {
    /// Whether paths that must exist are looked up.
    package var checksFiles = true

    package init(checksFiles: Bool = true) { self.checksFiles = checksFiles }

    /// Reads a file, JSON or, by its extension, YAML.
    ///
    /// - Parameter overrides: `key.path=value`, as `--set` takes them.
    /// - Throws: `RecipeError` with every problem; `SystemError` where the file cannot be read; `RecipeOverrideError`.
    package func read(file path: String, overrides: [String] = []) throws -> Recipe {
        try read(RecipeFile(path: path), overrides: overrides)
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - path: what messages call it, and where its default name comes from.
    ///   - folder: what relative paths are relative to.
    /// - Throws: `RecipeError`, `RecipeOverrideError`.
    package func read(
        text: String, path: String, folder: String, isYAML: Bool = false, overrides: [String] = []
    ) throws -> Recipe {
        try read(RecipeFile(text: text, path: path, folder: folder, isYAML: isYAML), overrides: overrides)
    }

    private func read(_ file: RecipeFile, overrides: [String]) throws -> Recipe {
        let overrides = try overrides.map { try RecipeOverride($0) }
        var (node, fields) = resolve(file, overrides)
        guard fields.problems.isEmpty, let complete = node else { throw RecipeError(fields.problems) }
        do {
            return try Recipe(complete, file: file.path)
        } catch let error as RecipeTableError {
            throw error
        } catch {
            // A rule between numbers that only the type knows.
            node = nil
            fields.report(complete, "\(error)")
            throw RecipeError(fields.problems)
        }
    }

    /// The complete node, as far as it makes sense, and what was found out on the way.
    func resolve(_ file: RecipeFile, _ overrides: [RecipeOverride]) -> (RecipeNode?, FieldReader) {
        var fields = FieldReader(file: file.path, folder: file.folder, checksFiles: checksFiles)
        for error in file.syntaxErrors {
            fields.problems.append(
                RecipeProblem(file: file.path, origin: .text(error.location), path: "", message: error.message))
        }
        guard var root = file.node else { return (nil, fields) }
        for override in overrides {
            if let problem = root.apply(override, file: file.path) { fields.problems.append(problem) }
        }
        let written = RecipeReader.lift("augment", from: "data", in: fields.check(root, .recipe), &fields)
        guard written.members != nil else { return (nil, fields) }
        let isWhole = file.syntaxErrors.isEmpty
        // What could not be read is not missing: with syntax errors only what is there is judged.
        let before = fields.problems
        let (planned, strategy) = StrategyExpansion.expand(written, &fields)
        var complete = RecipeReader.spread(
            phasesOf: planned, strategy: strategy, name: RecipeReader.baseName(file.path), &fields)
        complete = fields.complete(complete, .recipe)
        RecipeValidator.validate(complete, &fields)
        if !isWhole { fields.problems = before }
        return (complete, fields)
    }

    /// Puts what a section says for all phases where the top level says it.
    private static func lift(
        _ key: String, from section: String, in written: RecipeNode, _ fields: inout FieldReader
    ) -> RecipeNode {
        guard var members = written.members, let node = members[section], var inner = node.members,
            let value = inner.removeValue(forKey: key)
        else { return written }
        members[section] = node.with(.object(inner))
        if let other = members[key], !other.isNull, !value.isNull {
            fields.reportKey(value, "says the same as \(other.path), which is written too; keep one of them")
        } else if !value.isNull {
            members[key] = value
        }
        return written.with(.object(members))
    }

    /// Gives every phase what the top level says, and a recipe without phases its one phase or those of its strategy.
    private static func spread(
        phasesOf written: RecipeNode, strategy: StrategyExpansion?, name: String, _ fields: inout FieldReader
    ) -> RecipeNode {
        guard var members = written.members else { return written }
        if members["name"]?.isNull ?? true {
            members["name"] = RecipeNode(.scalar(.string(name)), origin: .standard(nil), path: "name")
        }
        let keys = Set(RecipeTable.phaseSettings.map(\.key))
        var settings = members.filter { keys.contains($0.key) }
        // A run of so many steps whose phases say nothing else is as long as that.
        if let steps = members["max_steps"], settings["epochs"] == nil, settings["steps"] == nil {
            settings["steps"] = steps
        }
        let top = written.with(.object(settings))
        if let strategy {
            let own = members["phases"]
            if own?.isInvalid != true { members["phases"] = strategy.phases(under: top, own, &fields) }
        } else if let phases = members["phases"]?.elements {
            let merged = phases.enumerated().map { index, phase in
                named(FieldReader.merge(top, phase, .phase), "phase-\(index + 1)")
            }
            members["phases"] = members["phases"]?.with(.list(merged))
        } else if members["phases"]?.isInvalid != true {
            let phase = RecipeNode(top.content, origin: .standard(written.origin.location), path: "")
            members["phases"] = RecipeNode(
                .list([named(phase, "phase-1")]), origin: .standard(written.origin.location), path: "phases")
        }
        return written.with(.object(members))
    }

    private static func named(_ phase: RecipeNode, _ name: String) -> RecipeNode {
        guard var members = phase.members, members["name"]?.isNull ?? true else { return phase }
        members["name"] = RecipeNode(
            .scalar(.string(name)), origin: .standard(phase.origin.location), path: RecipeNode.join(phase.path, "name"))
        return phase.with(.object(members))
    }

    static func baseName(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? "run"
        for suffix in [".json", ".yaml", ".yml"] where file.hasSuffix(suffix) && file.count > suffix.count {
            return String(file.dropLast(suffix.count))
        }
        return file
    }
}
