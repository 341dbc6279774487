import JSON
import OrderedCollections

extension FieldReader {
    /// An object whose name chooses its table; a name alone is short for one.
    mutating func check(
        _ node: RecipeNode, _ variants: RecipeVariants, _ field: RecipeField, inherited: RecipeNode?
    ) -> RecipeNode {
        let key = variants.discriminator
        var members = node.members ?? [:]
        if case .scalar = node.content { members = [key: node] }
        let written = members.removeValue(forKey: key)
        let chosen = written?.scalar?.string ?? inherited?[key]?.scalar?.string ?? variants.standard
        if let written, written.scalar?.string == nil {
            report(written, "expected the name of a known \(variants.noun), found \(written.found)")
            return node.with(.invalid)
        }
        guard let chosen else {
            reportKey(
                node, "\"\(key)\" is missing; expected " + RecipeKind.oneOf(variants.variants.map { "\"\($0.name)\"" }))
            return node.with(.invalid)
        }
        guard let variant = variants.variant(chosen) else {
            report(
                written ?? node,
                "there is no \(variants.noun) \"\(chosen)\"" + didYouMean(chosen, among: variants.variants.map(\.name)))
            return node.with(.invalid)
        }
        if case .later = variant.availability {
            report(written ?? node, "the \(variants.noun) \"\(variant.name)\" is not available yet")
            return node.with(.invalid)
        }
        let checked = check(
            members, of: node, variant.table, extra: [key],
            inherited: inherited?[key]?.scalar?.string == variant.name ? inherited : nil)
        var result: OrderedDictionary<String, RecipeNode> = [:]
        if let written { result[key] = written.with(.scalar(.string(variant.name))) }
        for (key, value) in checked.members ?? [:] { result[key] = value }
        return node.with(.object(result))
    }

    /// An object with one key, such as `{ "rescale": 0.0039 }`; a name alone is short for one with `{}`.
    mutating func check(_ node: RecipeNode, operation table: RecipeTable, _ field: RecipeField) -> RecipeNode {
        var members = node.members ?? [:]
        if let name = node.scalar?.string { members = [name: node.with(.object([:]))] }
        guard let (key, value) = members.elements.first, members.count == 1 else {
            report(node, "expected an object with one key, which is one of \(table.keys.joined(separator: ", "))")
            return node.with(.invalid)
        }
        guard let operation = table.field(key) else {
            reportKey(value, "unknown \(table.name)" + didYouMean(key, among: table.keys))
            return node.with(.invalid)
        }
        if case .later = operation.availability {
            reportKey(value, "the \(table.name) \"\(operation.key)\" is not available yet")
            return node.with(.invalid)
        }
        let checked = check(value, operation, inherited: nil)
        return checked.isInvalid ? node.with(.invalid) : node.with(.object([operation.key: checked]))
    }

    /// Lays what a phase wrote over what the top level wrote: objects key by key as long as they have the same name,
    /// everything else as a whole. Both are canonical.
    static func merge(_ base: RecipeNode, _ over: RecipeNode, _ table: RecipeTable) -> RecipeNode {
        guard let lower = base.members, let upper = over.members else { return over }
        var result: OrderedDictionary<String, RecipeNode> = [:]
        for field in table.fields {
            if let top = upper[field.key] {
                result[field.key] = merge(lower[field.key], top, field.kind)
            } else if let below = lower[field.key] {
                let replaced = field.excludes.contains { upper[$0].map { !$0.isNull } ?? false }
                if !replaced { result[field.key] = below }
            }
        }
        return over.with(.object(result))
    }

    private static func merge(_ base: RecipeNode?, _ over: RecipeNode, _ kind: RecipeKind) -> RecipeNode {
        guard let base, let lower = base.members, let upper = over.members else { return over }
        switch kind {
        case .section(let table): return merge(base, over, table)
        case .named(let variants):
            let key = variants.discriminator
            let below = lower[key]?.scalar?.string ?? variants.standard
            if let name = upper[key]?.scalar?.string, name != below { return over }
            var result = lower
            for (key, value) in upper { result[key] = value }
            return over.with(.object(result))
        default: return over
        }
    }
}
