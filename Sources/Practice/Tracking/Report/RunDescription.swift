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
    /// Nil where the run kept none: its targets are no classes, or its predictions were too many.
    package var predictions: PredictionSummary?

    package init(
        record: RunRecord, evaluations: [EvaluationReport], ledger: [LedgerRow] = [], recipe: String = "",
        times: RunTimes = RunTimes(), predictions: PredictionSummary? = nil
    ) {
        self.record = record
        self.evaluations = evaluations
        self.ledger = ledger
        self.recipe = recipe
        self.times = times
        self.predictions = predictions
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
        func json<Value>(_ file: RunDirectory.File, _ read: (JSON) throws -> Value) throws -> Value? {
            let text = try text(file)
            guard !text.isEmpty else { return Optional.none }
            do {
                return try read(JSON(parsing: text, allowingNonFinite: true))
            } catch { throw RunFileError(path: joined(path, file.rawValue), reason: "\(error)") }
        }
        guard let record = try json(.record, RunRecord.init(json:)) else { throw RunDescriptionError(path: path) }
        self.init(
            record: record,
            evaluations: try MetricsTable.parse(metrics: text(.metrics), timing: text(.timing)),
            ledger: try json(.ledger, RunDescription.ledger) ?? [],
            recipe: try text(.recipe),
            times: RunTimes(events: try text(.events)),
            predictions: try json(.predictionSummary, PredictionSummary.init(json:)))
    }

    private static func ledger(_ json: JSON) -> [LedgerRow] {
        (json["tensors"]?.array ?? []).map { entry in
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

/// A file of a run that is there and says nothing that can be used.
package struct RunFileError: Error, CustomStringConvertible, Equatable {
    package let path: String
    package let reason: String
    package var description: String { "\(path) cannot be read: \(reason)" }
}
