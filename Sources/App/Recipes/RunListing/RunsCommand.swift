import JSON
import OrderedCollections
import Tracking

/// `finetune runs`.
package struct RunsOptions: Sendable, Hashable {
    /// Nil: `runs`, or the working folder where there is no such folder.
    package var folder: String?
    /// A metric or another fact; nil: by name.
    package var sort: String?
    package var reverses: Bool
    /// `key=value`, `metric>0.9`; all have to hold.
    package var filters: [String]
    /// Two runs or recipes whose settings and results are compared, instead of a list.
    package var pair: [String]
    package var asJSON: Bool

    package init(
        folder: String? = nil, sort: String? = nil, reverses: Bool = false, filters: [String] = [], pair: [String] = [],
        asJSON: Bool = false
    ) {
        self.folder = folder
        self.sort = sort
        self.reverses = reverses
        self.filters = filters
        self.pair = pair
        self.asJSON = asJSON
    }
}

extension Commands {
    /// Lists the runs of a folder, or says what two of them differ in.
    package static func runs(_ options: RunsOptions, console: Console) throws -> ExitStatus {
        if let folder = options.folder, RecipePaths.kind(of: folder) != .folder {
            throw RecipePaths.kind(of: folder) == nil
                ? CommandPaths.missing(folder, "folder") : UsageError("\(folder) is a file; expected a folder of runs")
        }
        let root = options.folder ?? (RecipePaths.kind(of: "runs") == .folder ? "runs" : ".")
        if !options.pair.isEmpty {
            guard options.pair.count == 2 else {
                throw UsageError("--diff needs two runs or recipes after it, not \(options.pair.count)")
            }
            let difference = RunDifference(
                try RunSide(options.pair[0], in: root), try RunSide(options.pair[1], in: root))
            let width = console.outputIsTerminal ? Terminal.standardOutput().width() : nil
            console.write(
                options.asJSON ? difference.json.serialized(pretty: true) : difference.text(width: width))
            return .done
        }
        let conditions = try options.filters.map { try RunValue.Condition($0) }
        let all = RunEntry.all(below: root)
        for key in conditions.map(\.key) + [options.sort].compactMap({ $0 }) { try check(key, of: all) }
        let chosen = all.filter { entry in conditions.allSatisfy { $0.holds(entry.value($0.key)) } }
        let list = RunList(sorted(chosen, by: options.sort, reverses: options.reverses), shown: options.sort)
        if options.asJSON {
            console.write(list.json.serialized(pretty: true))
            return .done
        }
        guard !chosen.isEmpty else {
            console.note(
                all.isEmpty
                    ? "there are no runs in \(root)"
                    : "none of \(Figures.plural(all.count, "run")) is as the filter says")
            return .done
        }
        let width = console.outputIsTerminal ? Terminal.standardOutput().width() : nil
        console.write(list.text(width: width))
        return .done
    }

    /// - Throws: `UsageError` for a key that no run has; where no run can be read there is nothing to hold it against.
    private static func check(_ key: String, of runs: [RunEntry]) throws {
        guard runs.contains(where: { $0.run != nil }), !runs.contains(where: { $0.value(key) != nil }) else { return }
        var known: OrderedSet<String> = ["reason"]
        for run in runs { known.formUnion(run.facts.keys) }
        throw UsageError("no run has a \(key)" + didYouMean(key, among: known, known: "known"))
    }

    /// The best first: high scores, low losses and errors; texts and counts ascending. What lacks the value comes last.
    private static func sorted(_ runs: [RunEntry], by key: String?, reverses: Bool) -> [RunEntry] {
        guard let key else { return reverses ? runs.reversed() : runs }
        let descends = RunList.isScore(key) != reverses
        let values = runs.map { $0.value(key) }
        let order = runs.indices.sorted { one, other in
            switch (values[one], values[other]) {
            case (.number(let a), .number(let b)):
                if a.isNaN || b.isNaN { return !a.isNaN && b.isNaN || a.isNaN == b.isNaN && one < other }
                return a == b ? one < other : (a > b) == descends
            case (.text(let a), .text(let b)): return a == b ? one < other : (a > b) == descends
            case (.number, .text), (.some, nil): return true
            case (.text, .number), (nil, .some): return false
            case (nil, nil): return one < other
            }
        }
        return order.map { runs[$0] }
    }
}
