import JSON
import OrderedCollections
import Tracking
import Training

/// The table that `finetune runs` prints.
struct RunList {
    let runs: [RunEntry]
    /// The metric or setting that has a column of its own because it was sorted by.
    let shown: String?

    init(_ runs: [RunEntry], shown: String?) {
        self.runs = runs
        self.shown = shown
    }

    /// Whether more of it is better: scores, but no losses and errors, counts or settings.
    static func isScore(_ key: String) -> Bool {
        var name = Substring(key)
        for prefix in ["val_", "test_"] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
        // Metrics of several outputs carry the output's name before their own.
        return MetricKind.allCases.contains { kind in
            let isError = [.mae, .mse, .rmse, .calibrationError].contains(kind)
            return !isError && (name == kind.rawValue || name.hasSuffix("_" + kind.rawValue))
        } || name.hasSuffix("_accuracy")
    }

    /// A line a run, under headers.
    /// - Parameter width: columns of the terminal; nil: as many as are needed.
    func text(width: Int?) -> String {
        let ordinary = ["folder", "status", "best_epoch", "steps", "seconds"]
        let extra = shown.flatMap { ordinary.contains($0) ? nil : $0 }
        let headlines = runs.map { run -> (name: String, value: Double)? in
            guard let extra else { return run.headline }
            guard case .number(let number)? = run.value(extra) else { return nil }
            return (extra, number)
        }
        let names = Set(headlines.compactMap { $0?.name })
        let rows = zip(runs, headlines).map { run, headline -> [String] in
            let facts = run.facts
            let score = headline.map { (names.count > 1 ? $0.name + " " : "") + Figures.score($0.value) }
            let text = extra.flatMap { headline == nil ? run.value($0)?.text : nil }
            let cells = [
                run.folder, run.status.rawValue, score ?? text ?? "", facts["best_epoch"]?.text ?? "",
                facts["steps"]?.text ?? "", run.run?.times.total.map(Figures.duration) ?? "", run.reason,
            ]
            return cells.map { TerminalText.visible($0) }
        }
        let columns: [TextTable.Column] = [
            .init("run", isElastic: true), .init("status"),
            .init(extra ?? (names.count == 1 ? names.first! : "score"), .right),
            .init("best epoch", .right), .init("steps", .right), .init("time", .right),
            .init("stopped", isElastic: true),
        ]
        return TextTable(columns, rows).lines(indent: 0, width: width).joined(separator: "\n") + "\n"
    }

    /// An object a run.
    var json: JSON {
        .array(
            runs.map { run in
                var members: OrderedDictionary<String, JSON> = [:]
                for (key, value) in run.facts {
                    members[key] = value.json
                }
                if let error = run.damage ?? run.run?.record.error { members["error"] = .string(error) }
                return .object(members)
            })
    }
}

extension RunValue {
    var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): Int(exactly: number).map(JSON.integer) ?? .finite(number)
        }
    }
}
