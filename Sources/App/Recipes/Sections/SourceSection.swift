import Data
import JSON
import Layers
import Tensors

/// A source of examples and where the recipe says so. Paths are absolute.
package struct SourceSection: Sendable, Hashable {
    package let description: SourceDescription
    /// The path in the recipe, such as `data.train`, for messages.
    package let path: String

    /// What the sources of a recipe have in common.
    struct Context {
        let onBadExample: BadExamplePolicy
        /// Whether the loss compares numbers, or there are several, so that whole numbers among the targets are not named
        /// classes.
        let isRegression: Bool
    }

    init(_ node: RecipeNode, _ context: Context) throws {
        path = node.path
        let classes = try SourceSection.classes(node)
        let form = try SourceSection.form(node, context)
        switch try node.member("format").text() {
        case "idx":
            description = .idx(
                IDXSource(
                    inputs: try node.member("inputs").text(), targets: try node.member("targets").text(),
                    classes: classes, form: form))
        case "npy":
            let inputs = try node.member("inputs").texts().map { ArraySource.Reference(path: $0) }
            let targets = try node.member("targets").texts().map { ArraySource.Reference(path: $0) }
            description = .arrays(ArraySource(inputs: inputs, targets: targets, classes: classes, form: form))
        case "npz", "h5":
            let file = try node.member("file").text()
            let inputs = try node.member("inputs").texts().map { ArraySource.Reference(path: file, name: $0) }
            let targets = try node.member("targets").texts().map { ArraySource.Reference(path: file, name: $0) }
            description = .arrays(ArraySource(inputs: inputs, targets: targets, classes: classes, form: form))
        case "csv", "tsv":
            description = .table(try TableSource(node, classes: classes, form: form, context.onBadExample))
        case "image-folder":
            description = .imageFolder(try ImageFolderSource(node, classes: classes, context.onBadExample))
        case "inline": description = .inline(try InlineSource(node, classes: classes, form: form))
        default: throw RecipeTableError(path: path)
        }
    }

    private static func classes(_ node: RecipeNode) throws -> ClassRule {
        guard let classes = try node.optional("classes") else { return .all }
        return .select(try classes.list().map { try name($0) })
    }

    /// The name of a class or column, which may be written as a number.
    static func name(_ node: RecipeNode) throws -> String {
        if let number = node.scalar?.int { return String(number) }
        return try node.text()
    }

    private static func form(_ node: RecipeNode, _ context: Context) throws -> TargetForm {
        switch try node["target_type"]?.text() ?? "classes" {
        case "classes": .classes
        case "values": .values
        default: context.isRegression ? .values : .automatic
        }
    }
}

extension TableSource {
    init(
        _ node: RecipeNode, classes: ClassRule, form: TargetForm, _ onBadExample: BadExamplePolicy
    ) throws {
        let isCSV = try node.member("format").text() == "csv"
        let quotes = ["double": UInt8(ascii: "\""), "single": UInt8(ascii: "'")]
        let header = try node.optional("header")?.bool()
        let missing = try node.member("missing")
        let last = ColumnSelector.index(-1)
        let encodings = try node.optional("encodings")?.members ?? [:]
        self.init(
            path: try node.member("file").text(),
            format: TableFormat(
                separator: UInt8(ascii: isCSV ? "," : "\t"), quote: quotes[try node.member("quote").text()],
                header: header.map { $0 ? .present : .absent } ?? .automatic),
            inputs: try node.optional("inputs").map { try TableSource.columns($0) },
            ignored: try node.optional("ignore").map { try TableSource.columns($0) } ?? [],
            encodings: Dictionary(
                try encodings.map { (TableSource.column($0.key), try TableSource.encoding($0.value)) },
                uniquingKeysWith: { first, _ in first }),
            targets: try node.optional("target").map { try TableSource.columns($0) } ?? [last],
            form: form, classes: classes,
            labelAliases: Dictionary(
                uniqueKeysWithValues: try node.member("label_aliases").members?.map { ($0.key, try $0.value.text()) }
                    ?? []),
            missingTokens: Set(try node.member("missing_tokens").texts()),
            missing: missing.scalar?.double.map { .fill(Float($0)) }
                ?? (missing.scalar == "skip" ? .skipRow : .error),
            onBadExample: onBadExample)
    }

    private static func columns(_ node: RecipeNode) throws -> [ColumnSelector] {
        try node.list().map { column in
            if let index = column.scalar?.int { .index(index) } else { .name(try column.text()) }
        }
    }

    private static func column(_ key: String) -> ColumnSelector { Int(key).map { .index($0) } ?? .name(key) }

    private static func encoding(_ node: RecipeNode) throws -> ColumnEncoding {
        switch try node.text() {
        case "one_hot": .oneHot(nil)
        case "index": .index(nil)
        default: .number
        }
    }
}

extension ImageFolderSource {
    init(_ node: RecipeNode, classes: ClassRule, _ onBadExample: BadExamplePolicy) throws {
        self.init(
            path: try node.member("folder").text(), size: try node.optional("size").map { try ImageSize($0) },
            channels: try node.optional("color").map { try $0.text() == "rgb" ? 3 : 1 }, classes: classes,
            onBadExample: onBadExample)
    }
}

extension ImageSize {
    /// From height and width.
    init(_ node: RecipeNode) throws {
        let numbers = try node.ints()
        guard numbers.count == 2 else { throw RecipeTableError(path: node.path) }
        self.init(height: numbers[0], width: numbers[1])
    }
}

extension InlineSource {
    init(_ node: RecipeNode, classes: ClassRule, form: TargetForm) throws {
        let inputs = try InlineValues(node.member("inputs"))
        self.init(
            inputs: [inputs.tensor], targets: try InlineSource.targets(node.member("targets"), form), classes: classes)
    }

    /// Whole numbers, one for each example, are classes unless the recipe or its loss says that they are values.
    private static func targets(_ node: RecipeNode, _ form: TargetForm) throws -> Targets {
        let elements = try node.list()
        if elements.contains(where: { $0.scalar?.string != nil }) {
            return .labels(try elements.map { try SourceSection.name($0) })
        }
        let areWhole = elements.allSatisfy { $0.scalar?.int != nil }
        if areWhole, form != .values { return .labels(try elements.map { String(try $0.int()) }) }
        return .values(try InlineValues(node).tensor)
    }
}
