import Tensors

/// A text table with an example in each row.
package struct TableSource: Hashable, Sendable {
    /// What to do about a value that is not there.
    package enum Missing: Hashable, Sendable {
        case error
        /// Put this number there; in one-hot columns, zeros.
        case fill(Float)
        case skipRow
    }

    package var path: String
    package var format: TableFormat
    /// The columns to learn from; all but the targets where nil.
    package var inputs: [ColumnSelector]?
    /// Columns that are neither inputs nor targets.
    package var ignored: [ColumnSelector]
    /// Columns that are not plain numbers.
    package var encodings: [ColumnSelector: ColumnEncoding]
    /// The columns to predict; none for inputs of a prediction.
    package var targets: [ColumnSelector]
    package var form: TargetForm
    package var classes: ClassRule
    /// Other spellings of labels, such as `<=50K.` for `<=50K`.
    package var labelAliases: [String: String]
    /// Texts that stand for no value.
    package var missingTokens: Set<String>
    package var missing: Missing
    package var onBadExample: BadExamplePolicy
    /// How other data were read that this goes with; overrides `inputs` and `encodings`.
    package var encoding: TableEncoding?

    package init(
        path: String, format: TableFormat = .commaSeparated, inputs: [ColumnSelector]? = nil,
        ignored: [ColumnSelector] = [],
        encodings: [ColumnSelector: ColumnEncoding] = [:], targets: [ColumnSelector], form: TargetForm = .automatic,
        classes: ClassRule = .all, labelAliases: [String: String] = [:], missingTokens: Set<String> = ["", "?"],
        missing: Missing = .error, onBadExample: BadExamplePolicy = .error
    ) {
        self.path = path
        self.format = format
        self.inputs = inputs
        self.ignored = ignored
        self.encodings = encodings
        self.targets = targets
        self.form = form
        self.classes = classes
        self.labelAliases = labelAliases
        self.missingTokens = missingTokens
        self.missing = missing
        self.onBadExample = onBadExample
    }

    func open() throws -> OpenedSource {
        let table = try Table(path: path, format: format)
        let reader = try TableReader(self, table)
        var opened = OpenedSource(dataset: ArrayDataset(inputs: [], targets: .none))
        try reader.read(into: &opened)
        opened.notes = table.note.map { [$0] } ?? []
        return opened
    }
}
