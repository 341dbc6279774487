import JSON
import OrderedCollections

/// Reads nodes by tables. Reading has two steps, so that phases can be laid over the top level in between: `check`
/// gives what was written in its one canonical form, without defaults; `complete` adds those.
struct FieldReader {
    /// The recipe's path as the user gave it, for messages.
    let file: String
    /// What relative paths are relative to.
    let folder: String
    /// Whether a path that must exist is looked up.
    let checksFiles: Bool
    var problems: [RecipeProblem] = []
    /// Every path that was written, for those who copy the recipe elsewhere.
    var paths: [WrittenPath] = []

    struct WrittenPath: Sendable {
        let written: String
        let absolute: String
        let origin: RecipeOrigin
        let use: RecipeKind.PathUse
    }

    init(file: String, folder: String, checksFiles: Bool) {
        self.file = file
        self.folder = folder
        self.checksFiles = checksFiles
    }

    mutating func report(_ node: RecipeNode, _ message: String) {
        problems.append(RecipeProblem(file: file, origin: node.origin, path: node.path, message: message))
    }

    mutating func reportKey(_ node: RecipeNode, _ message: String) {
        problems.append(RecipeProblem(file: file, origin: node.keyOrigin, path: node.path, message: message))
    }

    /// What was written, in canonical form and the table's order.
    ///
    /// - Parameter inherited: the same section of the level above, canonical, for what its names decide.
    mutating func check(_ node: RecipeNode, _ table: RecipeTable, inherited: RecipeNode? = nil) -> RecipeNode {
        guard let members = node.members else {
            report(node, "expected an object, found \(node.found)")
            return node.with(.invalid)
        }
        return check(members, of: node, table, extra: [], inherited: inherited)
    }

    mutating func check(
        _ written: OrderedDictionary<String, RecipeNode>, of node: RecipeNode, _ table: RecipeTable, extra: [String],
        inherited: RecipeNode?
    ) -> RecipeNode {
        let members = hoisted(written, of: node, table)
        var found: [String: RecipeNode] = [:]
        var meant: Set<String> = []
        for (key, member) in members where !extra.contains(key) {
            guard let field = table.field(key) else {
                if let key = reportUnknown(key, member, table, extra: extra) { meant.insert(key) }
                continue
            }
            if let earlier = found[field.key] {
                guard earlier.origin.isOption != member.origin.isOption else {
                    reportKey(member, "says the same as \(earlier.path), which is written too; keep one of them")
                    continue
                }
                if earlier.origin.isOption { continue }
            }
            found[field.key] = member
        }
        for field in table.fields where found[field.key].map({ $0.origin.isOption && !$0.isNull }) ?? false {
            for other in field.excludes where found[other]?.origin.isOption == false { found[other] = nil }
        }
        var result: OrderedDictionary<String, RecipeNode> = [:]
        for field in table.fields {
            guard let member = found[field.key] else {
                // A misspelled key is not missing as well.
                if meant.contains(field.key) { result[field.key] = node.with(.invalid) }
                continue
            }
            result[field.key] = check(member, field, inherited: inherited?[field.key])
        }
        return node.with(.object(result))
    }

    /// - Returns: the key that was probably meant.
    private mutating func reportUnknown(
        _ key: String, _ node: RecipeNode, _ table: RecipeTable, extra: [String]
    ) -> String? {
        let known = extra + table.keys
        let aliases = table.fields.flatMap(\.aliases) + table.hoists.map(\.key)
        let near = nearest(to: key, among: known, limit: 1) + nearest(to: key, among: aliases, limit: 1)
        let hint = near.isEmpty ? didYouMean(key, among: known) : "; did you mean \"\(near[0])\"?"
        reportKey(node, "unknown key" + hint)
        return near.first.flatMap { table.field($0)?.key }
    }

    /// Moves keys that belong deeper to where they belong.
    private mutating func hoisted(
        _ members: OrderedDictionary<String, RecipeNode>, of node: RecipeNode, _ table: RecipeTable
    ) -> OrderedDictionary<String, RecipeNode> {
        var result = members
        for hoist in table.hoists {
            guard let member = result.removeValue(forKey: hoist.key) else { continue }
            let section = hoist.target[0]
            let old = result[section]
            var inner: OrderedDictionary<String, RecipeNode> = old?.members ?? [:]
            if let name = old?.scalar, case .string = name { inner["name"] = old }
            if let earlier = inner[hoist.target[1]], !(member.origin.isOption && !earlier.origin.isOption) {
                if !earlier.origin.isOption {
                    reportKey(member, "says the same as \(earlier.path), which is written too; keep one of them")
                }
                continue
            }
            inner[hoist.target[1]] = member
            result[section] = (old ?? RecipeNode(.object([:]), origin: member.keyOrigin, path: section))
                .with(.object(inner))
        }
        return result
    }

    /// Adds what was not written, and reports what should have been.
    mutating func complete(_ node: RecipeNode, _ table: RecipeTable) -> RecipeNode {
        guard let members = node.members else { return node }
        return node.with(.object(complete(members, of: node, table)))
    }

    private mutating func complete(
        _ members: OrderedDictionary<String, RecipeNode>, of node: RecipeNode, _ table: RecipeTable
    ) -> OrderedDictionary<String, RecipeNode> {
        var result: OrderedDictionary<String, RecipeNode> = [:]
        for field in table.fields {
            if let member = members[field.key] {
                let completed = complete(member, field.kind)
                result[field.key] = completed
                refuseLater(completed, field)
                continue
            }
            let path = RecipeNode.join(node.path, field.key)
            guard let standard = field.standard else {
                let example = field.example.map { ", for example \($0.serialized())" } ?? ""
                problems.append(
                    RecipeProblem(
                        file: file, origin: node.origin, path: path,
                        message: "missing; expected \(field.kind.words)" + example))
                continue
            }
            let blank = RecipeNode(standard, origin: .standard(node.origin.location), path: path)
            result[field.key] = standard.isNull ? blank : complete(canonicalStandard(blank, field), field.kind)
        }
        return result
    }

    /// A default in the form that reading would give it. Defaults are correct by construction, and hold no paths but
    /// the output folder.
    private mutating func canonicalStandard(_ node: RecipeNode, _ field: RecipeField) -> RecipeNode {
        let known = paths.count
        defer { paths.removeSubrange(known...) }
        return check(node, field.kind, field)
    }

    mutating func complete(_ node: RecipeNode, _ kind: RecipeKind) -> RecipeNode {
        if node.isNull || node.isInvalid { return node }
        switch kind {
        case .section(let table): return complete(node, table)
        case .named(let variants): return complete(node, variants)
        case .list(let kind, _), .oneOrMore(let kind):
            guard let elements = node.elements else { return node }
            return node.with(.list(elements.map { complete($0, kind) }))
        case .keyed(let kind):
            guard let members = node.members else { return node }
            return node.with(.object(members.mapValues { complete($0, kind) }))
        case .operation(let table):
            guard let (key, value) = node.members?.elements.first, let field = table.field(key) else { return node }
            return node.with(.object([key: complete(value, field.kind)]))
        case .perOutput(let kind):
            return complete(node, RecipeKind.namesOutputs(node) ? .keyed(kind) : kind)
        case .either(let kinds):
            guard let kind = kinds.first(where: { $0.takes(node) }) else { return node }
            return complete(node, kind)
        default: return node
        }
    }

    private mutating func complete(_ node: RecipeNode, _ variants: RecipeVariants) -> RecipeNode {
        guard var members = node.members else { return node }
        let key = variants.discriminator
        if members[key] == nil, let standard = variants.standard {
            members[key] = RecipeNode(
                .scalar(.string(standard)), origin: .standard(node.origin.location),
                path: RecipeNode.join(node.path, key))
        }
        guard let name = members[key], let variant = name.scalar?.string.flatMap(variants.variant) else { return node }
        var result: OrderedDictionary<String, RecipeNode> = [key: name]
        for (key, value) in complete(members, of: node, variant.table) { result[key] = value }
        return node.with(.object(result))
    }

    /// Says so where something is asked for that the program cannot do yet.
    private mutating func refuseLater(_ node: RecipeNode, _ field: RecipeField) {
        guard case .later = field.availability, node.origin.isWritten, !node.isInvalid else { return }
        guard let standard = field.standard else {
            reportKey(node, "\(field.key) is not available yet")
            return
        }
        let blank = RecipeNode(standard, origin: .standard(nil), path: node.path)
        let usual = standard.isNull ? blank : complete(canonicalStandard(blank, field), field.kind)
        if node.json != usual.json { reportKey(node, "\(field.key) is not available yet; leave it out") }
    }
}
