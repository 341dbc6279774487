import JSON
import Layers
import Tracking
import Training

/// What the settings come to: what trains, what is computed once for all epochs, and the memory that a step takes.
struct Effect {
    private let resolution: PolicyResolution
    private let settings: JSON
    /// Nil without data, and where nothing trains.
    private let plan: PhasePlan?

    init(_ bench: Workbench) throws {
        resolution = try bench.subject.resolution()
        settings = bench.draft.settings
        plan =
            resolution.optimizedPaths.isEmpty || bench.subject.session == nil ? nil : try? bench.phasePlan()
    }

    /// `10 tensors train, 1,290 of 9,000 parameters`.
    private var training: String {
        let all = resolution.trainableParameters + resolution.frozenParameters
        return "\(Figures.plural(resolution.tensors.count(where: \.isOptimized), "tensor")) train, "
            + "\(Figures.count(resolution.trainableParameters)) of \(Figures.plural(all, "parameter"))"
    }

    /// The layers behind which a step begins; nil where that is not known.
    private var cut: String? {
        guard let features = plan?.features else { return nil }
        guard !features.parts.isEmpty else { return "every layer computed in every step" }
        let parts = features.parts.map { "\($0.layer), \(Figures.plural($0.count, "number"))" }
        let what = "cut behind " + parts.joined(separator: " and ") + " an example"
        if case .nowhere = features.place { return what + ", not kept" }
        return what
    }

    private var memory: String? { plan.map { Figures.bytes($0.totalBytes) } }

    /// All of it, in a line.
    var text: String { [training, cut, memory.map { "\($0) of memory" }].compactMap { $0 }.joined(separator: "; ") }

    /// What is not as it was before, in a line.
    /// - Parameter isElsewhere: whether something else changed that is said already.
    func text(since before: Effect, isElsewhere: Bool = false) -> String {
        var parts = settingChanges(since: before)
        if let head = settings["head"],
            head != before.settings["head"] || settings["cut_at"] != before.settings["cut_at"]
        {
            let layers = (head.array ?? []).compactMap { $0["layer"]?.string }.joined(separator: ", ")
            parts.append("a new head (\(layers)) on \(settings["cut_at"]?.string ?? "what the one before stood on")")
        }
        let changed = changedTensors(since: before)
        if changed > 0 { parts.append("\(Figures.plural(changed, "tensor")) changed") }
        if training != before.training || changed > 0 { parts.append(training) }
        if let cut, cut != before.cut { parts.append(cut) }
        if let memory, memory != before.memory {
            parts.append("\(memory) of memory" + (before.memory.map { ", was \($0)" } ?? ""))
        }
        if parts.isEmpty { return isElsewhere ? training : "nothing changed; \(training)" }
        return parts.joined(separator: "; ")
    }

    /// Settings beside the rules, as they are now.
    private func settingChanges(since before: Effect) -> [String] {
        let keys = Set((settings.object ?? [:]).keys).union((before.settings.object ?? [:]).keys)
        return keys.subtracting(["policy", "head", "cut_at"]).sorted().compactMap { key in
            guard settings[key] != before.settings[key] else { return nil }
            return "\(key) \(settings[key].map { $0.serialized() } ?? "as by default")"
        }
    }

    /// Tensors that both models have and that are treated in another way, and those that are new.
    private func changedTensors(since before: Effect) -> Int {
        let old = Dictionary(before.resolution.tensors.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        return resolution.tensors.count { now in
            guard let then = old[now.path], then.tensor.count == now.tensor.count else { return true }
            return then.isOptimized != now.isOptimized || then.peakRate != now.peakRate
                || then.weightDecay != now.weightDecay || then.l2sp != now.l2sp
                || before.resolution.batchNormModes[now.tensor.layer] != resolution.batchNormModes[now.tensor.layer]
        }
    }
}
