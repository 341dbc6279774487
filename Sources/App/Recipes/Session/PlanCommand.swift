import Data
import Graph
import JSON
import Kernels
import OrderedCollections
import Tracking
import Training

extension Commands {
    /// Says what training would take: parameters, arithmetic, the frozen prefix, memory.
    package static func plan(_ options: PlanOptions, console: Console) throws -> ExitStatus {
        let recipe = try options.recipe.read()
        let session = try Session(recipe)
        let threads = try ThreadChoice.configure(options.threads, session)
        let trainer = session.trainer(cache: options.cache.folder)
        let phases = session.recipe.phaseConfigurations()
        let held = session.data.test?.dataset.heldBytes ?? 0
        let plans = try phases.indices.map { try trainer.plan(phases, at: $0, heldBytes: held) }
        let methods = session.recipe.methods(session.objective, epochSize: session.data.training.count)
        if options.asJSON {
            let phases = JSON.array(plans.map { $0.json })
            let parameters = JSON.integer(session.prepared.registry.parameterCount)
            console.print(
                JSON.object([
                    "parameters": parameters, "threads": .integer(threads), "phases": phases,
                    "methods": .array(methods.map { .string($0) }),
                ]).serialized(pretty: true))
            return .done
        }
        console.print(
            "\(recipe.name): \(Figures.count(session.prepared.registry.parameterCount)) parameters, "
                + Figures.plural(threads, "thread"))
        for sentence in methods { console.print("  " + sentence) }
        for (plan, phase) in zip(plans, session.recipe.phases) {
            let batch = "\(recipe.data.batchSize)"
            console.write(plan.text(batch: phase.accumulate > 1 ? "\(phase.accumulate) times \(batch)" : batch))
        }
        return .done
    }
}

extension PhasePlan {
    fileprivate var json: JSON {
        [
            "name": .string(name), "precision": .string(precision.rawValue),
            "trainable_parameters": .integer(trainableParameters),
            "frozen_parameters": .integer(frozenParameters), "steps": .integer(steps),
            "steps_per_epoch": .integer(stepsPerEpoch),
            "flops_per_step": ["forward": .integer(forwardFlops), "backward": .integer(backwardFlops)],
            "memory_bytes": .object(
                OrderedDictionary(uniqueKeysWithValues: memory.map { ($0.name, .integer($0.bytes)) })),
            "frozen_prefix": [
                "layers": .array(prefix.layers.map { .string($0.description) }),
                "flops_per_example": .integer(prefix.flops),
                "ends_at": prefix.end.map { .string($0.layer.description) } ?? .null,
                "because": prefix.end.map { .string($0.reason) } ?? .null,
            ],
            "features": features.json,
        ]
    }

    /// - Parameter isOpen: whether it is not said how long the phase is.
    func text(batch: String, isOpen: Bool = false) -> String {
        let length = isOpen ? "" : "\(Figures.count(steps)) "
        var lines = [
            "", "phase \(name): \(length)steps of \(batch), \(Figures.count(stepsPerEpoch)) an epoch",
            "  trains \(Figures.count(trainableParameters)) parameters, "
                + "\(Figures.count(frozenParameters)) stay",
            "  a step: \(Figures.short(Double(forwardFlops) / 1e9)) GFLOP forward, "
                + "\(Figures.short(Double(backwardFlops) / 1e9)) backward"
                + (precision == .float32 ? "" : ", in \(precision.rawValue)"),
        ]
        if let first = prefix.layers.first, let last = prefix.layers.last {
            let range = first == last ? "\(first)" : "\(first) to \(last)"
            lines.append(
                "  the same in every epoch: \(range) (\(Figures.plural(prefix.layers.count, "layer")), "
                    + "\(Figures.short(Double(prefix.flops) / 1e6)) MFLOP an example)")
        } else {
            lines.append("  nothing is the same in every epoch")
        }
        if let end = prefix.end { lines.append("  from \(end.layer) on it changes: \(end.reason)") }
        lines += features.lines
        let width = memory.map(\.name.count).max() ?? 0
        for part in memory where part.bytes > 0 {
            lines.append("  " + part.name.padding(to: width) + "  " + Figures.bytes(part.bytes))
        }
        lines.append("  " + "in all".padding(to: width) + "  " + Figures.bytes(totalBytes))
        if let line = features.memoryLine(width: width) { lines.append(line) }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension FeaturePlan {
    fileprivate var json: JSON {
        let (kept, reason): (JSON, JSON) =
            switch place {
            case .nowhere(let reason): (.null, .string(reason))
            case .memory: (.string("memory"), .null)
            case .folder(let path): (.string(path), .null)
            }
        return [
            "cut": .array(parts.map { ["layer": .string($0.layer.description), "numbers": .integer($0.count)] }),
            "rows": .integer(rows), "views": .integer(views), "bytes_per_row": .integer(rowBytes),
            "bytes": .integer(bytes), "kept": kept, "because": reason,
        ]
    }

    /// Where the cut is, and what is kept there.
    fileprivate var lines: [String] {
        guard !parts.isEmpty else {
            guard case .nowhere(let reason) = place, reason != "\(GraphCut.Obstacle.nothingStays)" else { return [] }
            return ["  nothing is computed once for all epochs: \(reason)"]
        }
        let cut = parts.map { "\($0.layer) (\(Figures.plural($0.count, "number")))" }.joined(separator: ", ")
        let what =
            Figures.plural(rows, "row") + (views > 1 ? ", \(views) views of an example" : "") + " of "
            + Figures.bytes(rowBytes) + ", \(Figures.bytes(bytes)) in all"
        switch place {
        case .nowhere(let reason): return ["  it is cut behind \(cut), and nothing is kept: \(reason)"]
        case .memory: return ["  computed once, cut behind \(cut), and kept in memory: \(what)"]
        case .folder(let path): return ["  computed once, cut behind \(cut), and kept in \(path): \(what)"]
        }
    }

    fileprivate func memoryLine(width: Int) -> String? {
        if case .nowhere = place { return nil }
        let note = if case .memory = place { "shared memory" } else { "a mapped file, no memory of the process's own" }
        return "  " + "features".padding(to: width) + "  " + Figures.bytes(bytes) + " (\(note))"
    }
}

extension String {
    /// The text with blanks behind it, `width` characters long at least.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
