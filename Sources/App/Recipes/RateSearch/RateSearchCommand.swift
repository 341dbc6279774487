import Glibc
import JSON
import Kernels
import Tracking
import Training

/// `finetune lr-find`.
package struct RateSearchOptions: Sendable, Hashable {
    package var recipe: RecipeArguments
    /// A phase's name or its number, from 1; nil: the first.
    package var phase: String?
    package var range: RateRange
    package var asJSON: Bool
    /// Nil: as many as are right for the recipe.
    package var threads: Int?

    package init(
        recipe: RecipeArguments, phase: String? = nil, lowest: Double, highest: Double, steps: Int,
        asJSON: Bool = false, threads: Int? = nil
    ) {
        self.threads = threads
        self.recipe = recipe
        self.phase = phase
        range = RateRange(lowest: lowest, highest: highest, steps: steps)
        self.asJSON = asJSON
    }
}

extension Commands {
    /// Trains a few steps at rising rates and shows what becomes of the loss; writes nothing.
    package static func searchRate(_ options: RateSearchOptions, console: Console) throws -> ExitStatus {
        let range = options.range
        guard range.lowest > 0, range.lowest < range.highest, range.highest.isFinite else {
            throw UsageError("--from \(range.lowest) --to \(range.highest): expected two rates, 0 < from < to")
        }
        guard (3...1_000_000).contains(range.steps) else {
            throw UsageError("--steps \(range.steps): expected at least 3, to see how the loss moves")
        }
        let recipe = try options.recipe.read()
        Interruption.watch()
        let session = try Session(recipe)
        try ThreadChoice.configure(options.threads, session)
        let index = try options.phase.map { try phaseIndex(of: $0, in: session.recipe) } ?? 0
        let phases = session.recipe.phaseConfigurations()
        let curve = try session.trainer().searchRate(phases, at: index, over: range)
        if options.asJSON {
            console.print(curve.json(phase: phases[index].name).serialized(pretty: true))
        } else {
            console.write(curve.text(phase: phases[index].name, from: phases[index].rates.base))
        }
        return Interruption.isRequested ? .interrupted : .done
    }
}

extension RateCurve {
    fileprivate func json(phase: String) -> JSON {
        [
            "phase": .string(phase), "suggestion": suggestion.map(JSON.number) ?? .null,
            "lowest": lowest.map(JSON.number) ?? .null, "diverged": .bool(hasDiverged),
            "points": .array(
                points.map {
                    [
                        "learning_rate": .number($0.rate), "loss": .finite($0.loss), "smoothed": .finite($0.smoothed),
                    ]
                }),
        ]
    }

    /// - Parameter advice: what to type, up to the rate.
    func text(phase: String, from base: Double, advice: String = "--set optimizer.learning_rate=") -> String {
        guard let first = points.first, let last = points.last else {
            return "phase \(phase): not even the first step has a finite loss\n"
        }
        var lines = ["phase \(phase): the loss of \(points.count) steps, smoothed", ""]
        lines += TextPlot(points.map { (log10($0.rate), $0.smoothed) }, mark: suggestion.map(log10))
            .lines()
        lines.append("rates from \(Figures.rate(first.rate)) to \(Figures.rate(last.rate))")
        if hasDiverged { lines.append("at the last of them the loss went off") }
        if let suggestion {
            lines.append(
                "the loss falls fastest at \(Figures.rate(suggestion)); the recipe's rate is \(Figures.rate(base))")
            lines.append("to train with it: \(advice)\(Figures.rate(suggestion))")
        } else {
            lines.append("the loss does not fall at any of them; try --from with a smaller rate, or more --steps")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
