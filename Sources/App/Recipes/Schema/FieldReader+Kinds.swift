import JSON
import OrderedCollections
import Tensors
import Training

extension FieldReader {
    /// The value behind a key in its canonical form.
    mutating func check(_ node: RecipeNode, _ field: RecipeField, inherited: RecipeNode?) -> RecipeNode {
        if node.isNull {
            if field.isNullable { return node }
            return mismatch(node, field.kind, field)
        }
        return check(node, field.kind, field, inherited: inherited)
    }

    mutating func check(
        _ node: RecipeNode, _ kind: RecipeKind, _ field: RecipeField, inherited: RecipeNode? = nil
    ) -> RecipeNode {
        guard kind.takes(node) else { return mismatch(node, kind, field) }
        switch kind {
        case .section(let table): return check(node, table, inherited: inherited)
        case .named(let variants): return check(node, variants, field, inherited: inherited)
        case .operation(let table): return check(node, operation: table, field)
        case .list(let kind, let minimum): return check(node, listOf: kind, minimum: minimum, field)
        case .oneOrMore(let kind):
            if node.elements != nil { return check(node, listOf: kind, minimum: 1, field) }
            return node.with(.list([check(node, kind, field)]))
        case .keyed(let kind):
            return node.with(.object((node.members ?? [:]).mapValues { check($0, kind, field.element) }))
        case .perOutput(let kind):
            guard RecipeKind.namesOutputs(node) else { return check(node, kind, field, inherited: inherited) }
            return check(node, .keyed(kind), field)
        case .either(let kinds):
            guard let kind = kinds.first(where: { $0.takes(node) }) else { return mismatch(node, kind, field) }
            return check(node, kind, field, inherited: inherited)
        case .layer: return check(layer: node, field)
        case .open: return node
        case .values(let text): return check(values: node, allowsText: text)
        default: return check(scalar: node, kind, field)
        }
    }

    private mutating func mismatch(_ node: RecipeNode, _ kind: RecipeKind, _ field: RecipeField) -> RecipeNode {
        var message = "expected \(kind.words), found \(node.found)"
        let standard = field.standard.map { RecipeNode($0, origin: .standard(nil), path: "") }
        if let suggestion = field.example ?? (standard.map(kind.takes) == true ? field.standard : nil) {
            message += "; for example \(suggestion.serialized())"
        }
        report(node, message)
        return node.with(.invalid)
    }

    private mutating func check(
        _ node: RecipeNode, listOf kind: RecipeKind, minimum: Int, _ field: RecipeField
    ) -> RecipeNode {
        let elements = node.elements ?? []
        guard elements.count >= minimum else {
            return mismatch(node, .list(kind, minimum: minimum), field)
        }
        return node.with(.list(elements.map { check($0, kind, field.element) }))
    }

    private mutating func check(scalar node: RecipeNode, _ kind: RecipeKind, _ field: RecipeField) -> RecipeNode {
        let value = node.scalar ?? .null
        switch kind {
        case .bool, .text: return node
        case .whole(let range):
            guard let number = value.int, number >= range.lowerBound else { return mismatch(node, kind, field) }
            guard number <= range.upperBound else {
                report(node, "expected a whole number of at most \(range.upperBound), found \(number)")
                return node.with(.invalid)
            }
            return node.with(.scalar(.integer(number)))
        case .number(let range):
            guard let number = value.double, range.contains(number) else { return mismatch(node, kind, field) }
            return node.with(.scalar(.number(number)))
        case .choice(let choices): return check(choice: node, choices, field)
        case .path(let use): return check(path: node, use)
        case .duration: return canonical(node, kind, field) { try RecipeDuration($0).json }
        case .interval(let allowsMinutes):
            return canonical(node, kind, field) { try RecipeInterval($0, allowsMinutes: allowsMinutes).json }
        case .minutes: return canonical(node, kind, field) { .number(try RecipeMinutes.parse($0)) }
        case .pattern:
            do { _ = try PolicySelector(value.string ?? "") } catch {
                report(node, "\(error)")
                return node.with(.invalid)
            }
            return node
        default: return node
        }
    }

    private mutating func canonical(
        _ node: RecipeNode, _ kind: RecipeKind, _ field: RecipeField, _ parse: (JSON) throws -> JSON
    ) -> RecipeNode {
        guard let value = node.scalar, let parsed = try? parse(value) else { return mismatch(node, kind, field) }
        return node.with(.scalar(parsed))
    }

    private mutating func check(
        choice node: RecipeNode, _ choices: [RecipeKind.Choice], _ field: RecipeField
    ) -> RecipeNode {
        let name = node.scalar?.string ?? ""
        guard let choice = choices.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
            let near = nearest(to: name, among: choices.map(\.name), limit: 1).map { "; did you mean \"\($0)\"?" }
            report(node, "expected \(RecipeKind.choice(choices).words), found \(node.found)" + (near.first ?? ""))
            return node.with(.invalid)
        }
        if case .later = choice.availability {
            let now = choices.filter { if case .now = $0.availability { true } else { false } }.map { "\"\($0.name)\"" }
            let hint = now.isEmpty ? "" : "; available: " + now.joined(separator: ", ")
            report(node, "\(field.key) \"\(choice.name)\" is not available yet" + hint)
            return node.with(.invalid)
        }
        return node.with(.scalar(.string(choice.name)))
    }

    private mutating func check(path node: RecipeNode, _ use: RecipeKind.PathUse) -> RecipeNode {
        let written = node.scalar?.string ?? ""
        guard !written.isEmpty, !written.utf8.contains(0) else {
            report(node, "expected \(RecipeKind.path(use).words), found \(node.found)")
            return node.with(.invalid)
        }
        let absolute = RecipePaths.absolute(written, from: folder)
        paths.append(WrittenPath(written: written, absolute: absolute, origin: node.origin, use: use))
        if checksFiles, let complaint = RecipePaths.complaint(about: absolute, written: written, use: use) {
            report(node, complaint)
        }
        return node.with(.scalar(.string(absolute)))
    }

    private mutating func check(layer node: RecipeNode, _ field: RecipeField) -> RecipeNode {
        if case .scalar = node.content {
            return node.with(.object(["layer": node.with(node.content)]))
        }
        var members = node.members ?? [:]
        guard let key = ["layer", "class_name", "class", "type"].first(where: { members[$0] != nil }),
            let name = members.removeValue(forKey: key)
        else { return mismatch(node, .layer, field) }
        guard case .scalar(.string) = name.content else { return mismatch(name, .text, field) }
        var result: OrderedDictionary<String, RecipeNode> = ["layer": name]
        for (key, value) in members { result[key] = value }
        if let own = result["name"], own.scalar?.string?.isEmpty != false {
            report(own, "expected a text, found \(own.found)")
        }
        return node.with(.object(result))
    }

    private mutating func check(values node: RecipeNode, allowsText: Bool) -> RecipeNode {
        if let elements = node.elements {
            // One mistake in a column of numbers is enough to hear of.
            for element in elements where check(values: element, allowsText: allowsText).isInvalid {
                return node.with(.invalid)
            }
            return node
        }
        if node.scalar?.double?.isFinite == true || allowsText && node.scalar?.string != nil { return node }
        report(node, "expected a number, found \(node.found)")
        return node.with(.invalid)
    }
}
