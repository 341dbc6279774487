/// What opening a source gives.
package struct OpenedSource: Sendable {
    package var dataset: any Dataset
    /// How categories and columns were read, for other data that goes with this; nil where the source has no columns.
    package var encoding: TableEncoding?
    /// Examples that were left out because they could not be read.
    package var skipped: [SkippedExample] = []
    /// Things a person should know that are not errors, each a sentence.
    package var notes: [String] = []

    package init(dataset: any Dataset) { self.dataset = dataset }
}

/// An example that could not be read, where the recipe says to go on without.
package struct SkippedExample: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let reason: String
    package var description: String { "\(name): \(reason)" }
}

/// What to do about an example that cannot be read.
package enum BadExamplePolicy: String, Sendable, CaseIterable {
    case error, skip
}

/// How targets are to be understood.
package enum TargetForm: String, Sendable, CaseIterable {
    /// Whole numbers, one per example, are classes; everything else is values.
    case automatic
    case classes
    case values
}
