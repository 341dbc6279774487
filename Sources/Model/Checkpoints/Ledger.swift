import JSON
import Tensors

/// What happened to each stored tensor and to each of the model's when a checkpoint was loaded. Nothing is loaded, left
/// out or made up without a line here.
package struct Ledger: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// Stored name, shape and role agree.
        case loaded
        /// Found under another name.
        case renamed
        /// The same numbers under another shape.
        case reshaped
        /// Freshly initialised: in the model but not in the file, or not to be taken from it.
        case fresh
        /// In the file but not in the model.
        case unused
    }

    package struct Entry: Hashable, Sendable {
        package let outcome: Outcome
        /// The name in the file; nil where it is not there.
        package let stored: String?
        /// The path in the model; nil where the stored tensor is unused.
        package let path: ParameterPath?
        package let storedShape: Shape?
        package let shape: Shape?
        /// Why, where the outcome does not say it all.
        package let reason: String

        package init(
            _ outcome: Outcome, stored: String? = nil, path: ParameterPath? = nil, storedShape: Shape? = nil,
            shape: Shape? = nil, reason: String = ""
        ) {
            self.outcome = outcome
            self.stored = stored
            self.path = path
            self.storedShape = storedShape
            self.shape = shape
            self.reason = reason
        }
    }

    package var entries: [Entry]

    package init(entries: [Entry] = []) { self.entries = entries }

    package mutating func append(_ entry: Entry) { entries.append(entry) }

    /// What was found of these tensors is not used: they are fresh.
    package mutating func startAfresh(_ paths: Set<ParameterPath>) {
        entries = entries.map { entry in
            guard let path = entry.path, paths.contains(path), entry.stored != nil else { return entry }
            return Entry(
                .fresh, stored: entry.stored, path: path, storedShape: entry.storedShape, shape: entry.shape,
                reason: "not taken from the file, as model.reinitialize says")
        }
    }

    package func count(of outcome: Outcome) -> Int { entries.count { $0.outcome == outcome } }

    /// One line such as `14 loaded, 2 renamed, 2 fresh, 4 unused`; outcomes that did not occur are left out.
    package var summary: String {
        let parts = Outcome.allCases.compactMap { outcome in
            let count = count(of: outcome)
            return count > 0 ? "\(count) \(outcome.rawValue)" : nil
        }
        return parts.isEmpty ? "no tensors" : parts.joined(separator: ", ")
    }
}

extension Ledger {
    /// A text table, one line a tensor, columns aligned; ends with the summary.
    package func table() -> String {
        let rows = entries.map { entry in
            [
                entry.outcome.rawValue, entry.path?.description ?? "-", entry.stored ?? "-",
                Ledger.shapes(entry), entry.reason,
            ]
        }
        let all = [["outcome", "tensor", "stored as", "shape", ""]] + rows
        let widths = (0..<5).map { column in all.map { $0[column].count }.max() ?? 0 }
        let lines = all.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        return (lines + [summary]).joined(separator: "\n") + "\n"
    }

    private static func shapes(_ entry: Entry) -> String {
        switch (entry.storedShape, entry.shape) {
        case (let stored?, let shape?): stored == shape ? "\(shape)" : "\(stored) -> \(shape)"
        case (let shape?, nil), (nil, let shape?): "\(shape)"
        case (nil, nil): ""
        }
    }

    /// As it is written to `ledger.json`: the counts, then every tensor.
    package var json: JSON {
        func extents(_ shape: Shape?) -> JSON { shape.map { .array($0.dimensions.map(JSON.integer)) } ?? .null }
        let counts = Outcome.allCases.map { ($0.rawValue, JSON.integer(count(of: $0))) }
        let tensors = entries.map { entry -> JSON in
            var members: [(String, JSON)] = [
                ("outcome", .string(entry.outcome.rawValue)),
                ("path", entry.path.map { .string($0.description) } ?? .null),
                ("stored", entry.stored.map(JSON.string) ?? .null),
                ("shape", extents(entry.shape)),
                ("stored_shape", extents(entry.storedShape)),
            ]
            if !entry.reason.isEmpty { members.append(("reason", .string(entry.reason))) }
            return .object(.init(uniqueKeysWithValues: members))
        }
        return .object(["counts": .object(.init(uniqueKeysWithValues: counts)), "tensors": .array(tensors)])
    }
}
