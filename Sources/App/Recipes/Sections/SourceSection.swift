import JSON

/// A source of examples. Paths are absolute.
package struct SourceSection: Sendable, Hashable {
    package enum Format: Sendable, Hashable {
        case idx(inputs: String, targets: String)
        case npy(inputs: [String], targets: String)
        /// Names of arrays in one archive.
        case npz(file: String, inputs: [String], targets: String)
        case table(TableSection)
        case imageFolder(ImageFolderSection)
        case inline(InlineSection)
    }

    package enum TargetType: String, Sendable {
        /// Whole numbers, one per example, are classes; everything else is values.
        case auto
        case classes, values
    }

    package let format: Format
    /// Only these, numbered 0, 1, … in this order; nil: all that occur. Numbers are written as text.
    package let classes: [String]?
    package let targetType: TargetType
    /// The path in the recipe, such as `data.train`, for messages.
    package let path: String

    init(_ node: RecipeNode) throws {
        path = node.path
        classes = try node.optional("classes")?.list().map { try SourceSection.name($0) }
        let name = try node.member("format").text()
        targetType = try node["target_type"]?.choice(TargetType.self) ?? .classes
        switch name {
        case "idx":
            format = .idx(inputs: try node.member("inputs").text(), targets: try node.member("targets").text())
        case "npy":
            format = .npy(inputs: try node.member("inputs").texts(), targets: try node.member("targets").text())
        case "npz":
            format = .npz(
                file: try node.member("file").text(), inputs: try node.member("inputs").texts(),
                targets: try node.member("targets").text())
        case "csv", "tsv": format = .table(try TableSection(node, separator: name == "csv" ? "," : "\t"))
        case "image-folder": format = .imageFolder(try ImageFolderSection(node))
        case "inline": format = .inline(try InlineSection(node))
        default: throw RecipeTableError(path: path)
        }
    }

    static func name(_ node: RecipeNode) throws -> String {
        if let number = node.scalar?.int { return String(number) }
        return try node.text()
    }

    /// The files and folders it reads, absolute.
    package var paths: [String] {
        switch format {
        case .idx(let inputs, let targets): [inputs, targets]
        case .npy(let inputs, let targets): inputs + [targets]
        case .npz(let file, _, _): [file]
        case .table(let table): [table.file]
        case .imageFolder(let images): [images.folder]
        case .inline: []
        }
    }
}

/// A table of text: one example a row.
package struct TableSection: Sendable, Hashable {
    /// A column by its name or its number from 0.
    package enum Column: Sendable, Hashable {
        case name(String)
        case index(Int)
    }

    package let file: String
    package let separator: Character
    /// Whether the first row names the columns; nil: if it looks like it.
    package let header: Bool?
    /// Nil: the last column.
    package let targets: [Column]?
    /// Nil: all that are neither targets nor ignored.
    package let inputs: [Column]?
    package let ignored: [Column]

    init(_ node: RecipeNode, separator: Character) throws {
        file = try node.member("file").text()
        self.separator = separator
        header = try node.optional("header")?.bool()
        targets = try node.optional("target").map { try TableSection.columns($0) }
        inputs = try node.optional("inputs").map { try TableSection.columns($0) }
        ignored = try node.optional("ignore").map { try TableSection.columns($0) } ?? []
    }

    private static func columns(_ node: RecipeNode) throws -> [Column] {
        try node.list().map { column in
            if let index = column.scalar?.int { .index(index) } else { .name(try column.text()) }
        }
    }
}

/// One folder of pictures for each class.
package struct ImageFolderSection: Sendable, Hashable {
    package enum Color: String, Sendable {
        case rgb, grey
    }

    package let folder: String
    /// Height and width that pictures are scaled to; nil: as they are.
    package let size: (height: Int, width: Int)?
    package let color: Color

    init(_ node: RecipeNode) throws {
        folder = try node.member("folder").text()
        let size = try node.optional("size")?.ints()
        self.size = size.flatMap { $0.count == 2 ? ($0[0], $0[1]) : nil }
        color = try node.member("color").choice(Color.self)
    }

    package static func == (a: ImageFolderSection, b: ImageFolderSection) -> Bool {
        a.folder == b.folder && a.size?.height == b.size?.height && a.size?.width == b.size?.width && a.color == b.color
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(folder)
        hasher.combine(size?.height)
        hasher.combine(size?.width)
        hasher.combine(color)
    }
}

/// Examples that stand in the recipe itself.
package struct InlineSection: Sendable, Hashable {
    /// Every input, flattened row by row, and the shape of one example.
    package let inputs: [Double]
    package let inputShape: [Int]
    package let targets: Targets
    package let count: Int

    package enum Targets: Sendable, Hashable {
        /// Flattened, with the shape of one example; a bare number has the shape of no dimension.
        case numbers([Double], shape: [Int])
        case names([String])
    }

    init(_ node: RecipeNode) throws {
        let inputs = try InlineValues(node.member("inputs"))
        self.inputs = inputs.numbers
        inputShape = Array(inputs.shape.dropFirst())
        count = inputs.shape.first ?? 0
        let targets = try node.member("targets")
        if let names = targets.elements, names.first?.scalar?.string != nil {
            self.targets = .names(try names.map { try SourceSection.name($0) })
        } else {
            let values = try InlineValues(targets)
            self.targets = .numbers(values.numbers, shape: Array(values.shape.dropFirst()))
        }
    }
}
