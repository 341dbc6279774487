import Glibc
import JSON
import OrderedCollections
import Tensors
import Tracking

/// A run's folder as a list shows it: what of it can be read, however the run ended.
struct RunEntry: Sendable {
    enum Status: String, Sendable, CaseIterable {
        case done, interrupted, failed
        /// A process is at it.
        case running
        /// No process is at it any more and it did not end: it was killed, or the machine went down.
        case unfinished
        /// A file of it cannot be read.
        case damaged
    }

    /// Relative to the folder that is listed.
    let folder: String
    let status: Status
    /// Nil where there is no record that can be read.
    let run: RunDescription?
    /// What is wrong with a damaged one, a sentence.
    let damage: String?
    /// The resolved recipe; null where there is none that can be read.
    let recipe: JSON

    /// - Parameters:
    ///   - path: of a folder for which `isRun` holds.
    ///   - folder: how it is called in the list.
    init(at path: String, folder: String) {
        self.folder = folder
        let settings = path + "/" + RunDirectory.File.recipe.rawValue
        let text = RecipePaths.kind(of: settings) == .file ? try? Text.read(settings) : nil
        recipe = text.flatMap { try? JSON(parsing: $0, allowingNonFinite: true) } ?? .null
        let isAtWork = RunDirectory.holder(ofRunAt: path) != nil
        guard RecipePaths.kind(of: path + "/" + RunDirectory.File.record.rawValue) == .file else {
            (run, status, damage) = (nil, isAtWork ? .running : .unfinished, nil)
            return
        }
        do {
            let run = try RunDescription(readingRunAt: path)
            (self.run, damage) = (run, nil)
            status =
                switch run.record.status {
                case .completed: .done
                case .interrupted: isAtWork ? .running : .interrupted
                case .failed: .failed
                case .running: isAtWork ? .running : .unfinished
                }
        } catch {
            (run, status, damage) = (nil, .damaged, "\(error)")
        }
    }

    /// Whether a folder is a run's: it has a record, or a log of events beside a recipe or metrics.
    static func isRun(_ path: String) -> Bool {
        func has(_ file: RunDirectory.File) -> Bool { RecipePaths.kind(of: path + "/" + file.rawValue) == .file }
        return has(.record) || has(.events) && (has(.recipe) || has(.metrics))
    }

    /// The runs below a folder, itself included, by name. A run's own folders are not looked into.
    /// - Parameter depth: how many folders down: a comparison keeps its runs two below itself.
    static func all(below root: String, depth: Int = 3) -> [RunEntry] {
        var found: [RunEntry] = []
        func visit(_ folder: String, _ left: Int) {
            let path = folder.isEmpty ? root : root + "/" + folder
            if isRun(path) {
                found.append(RunEntry(at: path, folder: folder.isEmpty ? root : folder))
            } else if left > 0 {
                for name in RecipePaths.names(in: path).sorted() where !name.hasPrefix(".") {
                    let below = folder.isEmpty ? name : folder + "/" + name
                    if RecipePaths.kind(of: root + "/" + below) == .folder { visit(below, left - 1) }
                }
            }
        }
        visit("", depth)
        return found
    }

    /// Why it stopped or what is the matter, in a few words.
    var reason: String {
        if let damage { return damage }
        switch status {
        case .failed: return run?.record.error ?? "failed"
        case .unfinished: return "killed; finetune resume goes on"
        case .running: return ""
        case .done, .interrupted, .damaged: break
        }
        switch run?.record.reason {
        case .completed: return "all that was planned"
        case .earlyStopping: return "no longer got better"
        case .interrupted: return "interrupted; finetune resume goes on"
        case .timeBudget: return "time was up"
        case .stepBudget: return "steps were used up"
        case .notFinite: return "a value was not finite"
        case nil: return ""
        }
    }

    /// What can be sorted and filtered by, but for the recipe's settings: the run's own facts, then the scores of the evaluation
    /// whose weights were kept (of the last one while there is none), then `test_…`.
    var facts: OrderedDictionary<String, RunValue> {
        var facts: OrderedDictionary<String, RunValue> = ["folder": .text(folder), "status": .text(status.rawValue)]
        guard let run else { return facts }
        let last = run.evaluations.last
        facts["name"] = .text(run.record.name)
        facts["reason"] = run.record.reason.map { .text($0.rawValue) }
        facts["seed"] = .number(Double(run.record.seed))
        facts["best_epoch"] = run.record.best.map { .number(Double($0.epoch)) }
        facts["best_step"] = run.record.best.map { .number(Double($0.step)) }
        facts["epochs"] = (run.record.final?.epoch ?? last?.epoch).map { .number(Double($0)) }
        facts["steps"] = (run.record.final?.step ?? last?.step).map { .number(Double($0)) }
        facts["seconds"] = run.times.total.map(RunValue.number)
        guard let moment = run.record.best ?? last.map(RunRecord.Moment.init) else { return facts }
        for metric in moment.metrics { facts[metric.name] = .number(metric.value) }
        facts["val_loss"] = moment.validationLoss.map(RunValue.number)
        facts["train_loss"] = .number(moment.trainLoss)
        for metric in run.record.test { facts["test_" + metric.name] = .number(metric.value) }
        return facts
    }

    /// A fact, or a setting of the resolved recipe by its path, as `data.batch_size` or `phases.1.optimizer.learning_rate`. What
    /// phases have is the first one's where none is named: `optimizer.learning_rate`.
    func value(_ key: String) -> RunValue? {
        facts[key] ?? RunValue(recipe, at: key) ?? RunValue(recipe, at: "phases.0." + key)
    }

    /// The score that says most: on test data where there are some, else the first of the validation's, else a loss.
    var headline: (name: String, value: Double)? {
        let scores: [(name: String, value: Double)] = facts.compactMap { name, value in
            guard case .number(let number) = value else { return nil }
            return (name, number)
        }
        func first(_ prefix: String) -> (name: String, value: Double)? {
            scores.first { $0.name.hasPrefix(prefix) && !$0.name.hasSuffix("loss") }
        }
        return first("test_") ?? first("val_") ?? scores.first { $0.name == "val_loss" }
            ?? scores.first { $0.name == "train_loss" }
    }
}
