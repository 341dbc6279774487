import JSON
import Training

/// All that a report or a summary shows, as one value: what a run directory holds, read back or not yet written.
package struct RunDescription: Sendable {
    package var record: RunRecord
    /// A row per evaluation, in order.
    package var evaluations: [EvaluationReport]
    /// What happened to each tensor when the checkpoint was loaded; empty where there was none.
    package var ledger: [LedgerRow]
    /// The resolved recipe, as text.
    package var recipe: String
    package var times: RunTimes

    package init(
        record: RunRecord, evaluations: [EvaluationReport], ledger: [LedgerRow] = [], recipe: String = "",
        times: RunTimes = RunTimes()
    ) {
        self.record = record
        self.evaluations = evaluations
        self.ledger = ledger
        self.recipe = recipe
        self.times = times
    }

    /// A line of the ledger. `outcome` is one of loaded, renamed, reshaped, fresh, unused.
    package struct LedgerRow: Sendable, Hashable {
        package var outcome: String
        /// The name in the file; nil where the tensor is fresh.
        package var stored: String?
        /// The path in the model; nil where the stored tensor is unused.
        package var path: String?
        package var shape: [Int]
        package var reason: String

        package init(outcome: String, stored: String?, path: String?, shape: [Int], reason: String = "") {
            self.outcome = outcome
            self.stored = stored
            self.path = path
            self.shape = shape
            self.reason = reason
        }
    }
}

extension RunDescription {
    /// Reads a run directory. Only `run.json` has to be there: a run that failed early has little more.
    /// - Throws: what makes a file that is there unreadable, with its name.
    package init(readingRunAt path: String) throws {
        func text(_ file: RunDirectory.File) throws -> String {
            let path = joined(path, file.rawValue)
            return fileExists(path) ? try readText(path) : ""
        }
        func json(_ file: RunDirectory.File) throws -> JSON? {
            let text = try text(file)
            guard !text.isEmpty else { return Optional.none }
            return try JSON(parsing: text, allowingNonFinite: true)
        }
        guard let record = try json(.record) else { throw RunDescriptionError(path: path) }
        self.init(
            record: try RunRecord(json: record),
            evaluations: try MetricsTable.parse(metrics: text(.metrics), timing: text(.timing)),
            ledger: RunDescription.ledger(try json(.ledger)),
            recipe: try text(.recipe),
            times: RunTimes(events: try text(.events)))
    }

    private static func ledger(_ json: JSON?) -> [LedgerRow] {
        (json?["tensors"]?.array ?? []).map { entry in
            let shape = entry["shape"]?.array ?? entry["stored_shape"]?.array ?? []
            return LedgerRow(
                outcome: entry["outcome"]?.string ?? "", stored: entry["stored"]?.string, path: entry["path"]?.string,
                shape: shape.compactMap(\.int), reason: entry["reason"]?.string ?? "")
        }
    }
}

package struct RunDescriptionError: Error, CustomStringConvertible {
    package let path: String
    package var description: String { "\(path) is not a run folder: it has no run.json" }
}
