import JSON
import OrderedCollections
import Tracking

/// One of two that are compared: a run's folder, or a recipe that has not run.
struct RunSide {
    let name: String
    /// By path, joined by dots; what is null is left out.
    let settings: OrderedDictionary<String, JSON>
    /// Nil for a recipe.
    let run: RunEntry?

    /// - Parameters:
    ///   - path: of a run's folder or a recipe, from the working folder or from `root`.
    /// - Throws: what makes it unreadable; `UsageError` for what is neither.
    init(_ path: String, in root: String) throws {
        name = path
        let place = RecipePaths.kind(of: path) == nil ? root + "/" + path : path
        guard let kind = RecipePaths.kind(of: place) else { throw CommandPaths.missing(path, "run or recipe") }
        if kind == .folder {
            guard RunEntry.isRun(place) else { throw UsageError("\(path) is no run's folder: it has no run.json") }
            let entry = RunEntry(at: place, folder: path)
            guard entry.recipe.object != nil else {
                throw UsageError("\(path) has no recipe.json that can be read: its settings are not known")
            }
            run = entry
            settings = RunSide.flat(entry.recipe)
        } else {
            run = nil
            settings = RunSide.flat(try RecipeReader(checksFiles: false).read(file: place).resolved)
        }
    }

    /// Every value that has no parts, under its path.
    private static func flat(_ json: JSON) -> OrderedDictionary<String, JSON> {
        var found: OrderedDictionary<String, JSON> = [:]
        func visit(_ value: JSON, _ path: String) {
            let parts: [(String, JSON)] =
                (value.object.map { $0.map { ($0.key, $0.value) } })
                ?? (value.array?.enumerated().map { (String($0.offset), $0.element) }) ?? []
            if parts.isEmpty {
                if !value.isNull { found[path] = value }
            } else {
                for (key, part) in parts { visit(part, path.isEmpty ? key : path + "." + key) }
            }
        }
        visit(json, "")
        return found
    }
}

/// What two runs or recipes differ in: settings key by key, and what came of them.
struct RunDifference {
    struct Row: Hashable {
        let key: String
        let first: JSON?
        let second: JSON?
    }

    let first: RunSide
    let second: RunSide

    init(_ first: RunSide, _ second: RunSide) {
        self.first = first
        self.second = second
    }

    /// Settings that are not the same, in the order of the first recipe, then what only the second has.
    var settings: [Row] { rows(first.settings, second.settings) }

    /// Facts of the two runs that are not the same; none beside a recipe, of which nothing has come yet.
    var results: [Row] {
        guard first.run != nil, second.run != nil else { return [] }
        func facts(_ side: RunSide) -> OrderedDictionary<String, JSON> {
            (side.run?.facts ?? [:]).filter { $0.key != "folder" && $0.key != "name" }.mapValues(\.json)
        }
        return rows(facts(first), facts(second))
    }

    private func rows(_ one: OrderedDictionary<String, JSON>, _ other: OrderedDictionary<String, JSON>) -> [Row] {
        OrderedSet(one.keys).union(other.keys).filter { one[$0] != other[$0] }
            .map { Row(key: $0, first: one[$0], second: other[$0]) }
    }

    /// Two tables, or a sentence where there is nothing to show.
    func text(width: Int?) -> String {
        func table(_ header: String, _ rows: [Row]) -> [String] {
            let columns: [TextTable.Column] = [
                .init(header), .init(TerminalText.visible(first.name), isElastic: true),
                .init(TerminalText.visible(second.name), isElastic: true),
            ]
            let cells = rows.map { [$0.key, shown($0.first), shown($0.second)].map { TerminalText.visible($0) } }
            return TextTable(columns, cells).lines(indent: 0, width: width)
        }
        let (settings, results) = (self.settings, self.results)
        var lines = settings.isEmpty ? ["the recipes are the same"] : table("recipe", settings)
        if !results.isEmpty {
            lines += [""] + table("result", results)
        } else if first.run != nil && second.run != nil {
            lines += ["", "the results are the same"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func shown(_ value: JSON?) -> String {
        guard let value else { return "–" }
        return value.string ?? value.double.flatMap { value.int == nil ? Figures.rateOrScore($0) : nil }
            ?? value.serialized()
    }

    /// `recipe` and `results`, lists of `key`, `first`, `second`; null where one has no such value.
    var json: JSON {
        func list(_ rows: [Row]) -> JSON {
            .array(
                rows.map { ["key": .string($0.key), "first": $0.first ?? .null, "second": $0.second ?? .null] })
        }
        return [
            "first": .string(first.name), "second": .string(second.name), "recipe": list(settings),
            "results": list(results),
        ]
    }
}

extension Figures {
    /// Small numbers are rates as a rule, others scores.
    fileprivate static func rateOrScore(_ value: Double) -> String {
        abs(value) < 0.001 ? rate(value) : "\(value)"
    }
}
