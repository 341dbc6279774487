import JSON
import Layers
import Tracking
import Training

extension Workbench {
    /// How long to train.
    enum Length: Hashable {
        case epochs(Int)
        case steps(Int)
        /// As the recipe's next phase says.
        case phase
    }

    /// Trains from where it stands, with the settings.
    /// - Parameters:
    ///   - length: nil for what a pause left over, in the schedule that was under way.
    ///   - observers: told of what happens.
    /// - Returns: whether it was paused.
    /// - Throws: `UsageError` without data or without anything left; what training throws: everything is as before then.
    func train(_ length: Length?, command: String, observers: [any TrainingObserver]) throws -> Bool {
        let session = try session("training")
        let steps = try steps(length, session)
        var draft = draft
        if length == .phase { draft.queue.done.insert(draft.queue.current) }
        var phase = draft.phase(["steps": .integer(steps)])
        if length != nil, !draft.journal.isEmpty, restartsSchedule { phase["restart_schedule"] = true }
        draft.journal.append(phase)
        let recipe = try Draft.reading { try draft.doneRecipe() }
        let before = try now.state?.value()
        let collector = EventCollector()
        let keeper = try SessionKeeper(self, draft, collector)
        let trainer = session.trainer(
            observers: TrainingObservers(observers + [collector]), budget: TrainingBudget(), keeper: keeper)
        var start = before ?? beginning()
        if start.anchors.isEmpty, recipe.phases.contains(where: \.pulls) {
            start.anchors = pretrained.filter { session.prepared.pretrained.contains($0.key) }
        }
        let result: TrainingResult
        do {
            result = try trainer.run(recipe.phaseConfigurations(), from: start, isOpenEnded: true)
        } catch {
            subject.place(before, or: pretrained)
            throw error
        }
        let done = result.phases[result.phases.count - 1].steps
        let isPaused = result.reason == .interrupted && done < steps
        var moment = now
        if done == 0 { return isPaused }
        if isPaused { draft.journal[draft.journal.count - 1]["stop_at"] = .integer(done) }
        moment.draft = draft.withoutHead
        moment.leftover = isPaused ? steps - done : nil
        moment.events = now.events + collector.events
        moment.command = command
        moment.state = StoredState(trainer.state, after: start)
        try add(moment)
        return isPaused
    }

    private func steps(_ length: Length?, _ session: Session) throws -> Int {
        switch length {
        case .steps(let steps): return steps
        case .epochs(let epochs):
            let phases = session.recipe.phaseConfigurations()
            return epochs * session.updatesPerEpoch(phases[phases.count - 1])
        case .phase:
            let length = draft.queue.length(of: draft.queue.current)
            if let epochs = length["epochs"]?.int { return try steps(.epochs(epochs), session) }
            return length["steps"]?.int ?? 1
        case nil:
            guard let leftover = now.leftover else {
                throw UsageError("nothing is paused; train N epochs begins")
            }
            return leftover
        }
    }

    /// Whether the schedule's numbers depend on how long it lasts: then every train lays it out anew.
    private var restartsSchedule: Bool {
        let schedule = draft.settings["schedule"] ?? .null
        let name = schedule.string ?? schedule["name"]?.string ?? "constant"
        return !["constant", "reduce-on-plateau"].contains(name) || schedule["warmup"] != nil
    }

    private func beginning() -> TrainingState {
        TrainingState(
            position: TrainingPosition(), weights: pretrained, memory: nil, results: [], champion: nil, anchors: [:])
    }

    /// Scores on the validation data, the test data or the training data.
    func evaluate(on words: String?) throws -> (name: String, result: EvaluationResult) {
        let session = try session("an evaluation")
        let data = session.data
        let sets = [("validation", data.validation), ("test", data.test), ("train", data.training)]
        guard let name = words ?? sets.first(where: { $0.1 != nil })?.0, let set = sets.first(where: { $0.0 == name })
        else { throw UsageError("evaluate \(words ?? ""): expected validation, test or train") }
        guard let examples = set.1 else {
            throw UsageError("there are no \(name) data; the recipe or data PATH \(name)=… gives them")
        }
        let evaluator = try session.evaluator()
        return (name, try withFinalWeights { try evaluator.evaluate(examples) })
    }
}

extension PhaseSection {
    /// Whether a rule pulls toward the pretrained values.
    fileprivate var pulls: Bool { policy.contains { $0.options.l2sp != nil } }
}

/// Gathers what training tells, without the steps.
final class EventCollector: TrainingObserver {
    private(set) var events: [TrainingEvent] = []

    func handle(_ event: TrainingEvent) -> TrainingDirective {
        if case .step = event { return .continue }
        events.append(event)
        return .continue
    }
}
