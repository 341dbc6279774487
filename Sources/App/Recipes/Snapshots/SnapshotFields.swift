import JSON
import OrderedCollections
import Tensors
import Training

/// Something in a snapshot that is absent or makes no sense.
struct SnapshotDamage: Error, CustomStringConvertible {
    let place: String
    init(_ place: String) { self.place = place }
    var description: String { "\"\(place)\" is absent or damaged" }
}

/// An object of a snapshot under its name, for messages.
struct SnapshotFields {
    private let json: JSON
    private let name: String

    init(_ json: JSON, _ name: String) {
        self.json = json
        self.name = name
    }

    /// Nil for what is absent or null.
    subscript(key: String) -> JSON? {
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    private func damage(_ key: String) -> SnapshotDamage { SnapshotDamage(name.isEmpty ? key : "\(name).\(key)") }

    /// A whole number of at least 0.
    func count(_ key: String) throws -> Int {
        guard let value = self[key]?.int, value >= 0 else { throw damage(key) }
        return value
    }

    func number(_ key: String) throws -> Double {
        guard let value = self[key]?.double, value.isFinite else { throw damage(key) }
        return value
    }

    func text(_ key: String) throws -> String {
        guard let value = self[key]?.string else { throw damage(key) }
        return value
    }

    func object(_ key: String) throws -> SnapshotFields {
        guard let value = self[key], value.object != nil else { throw damage(key) }
        return SnapshotFields(value, name.isEmpty ? key : "\(name).\(key)")
    }

    func list(_ key: String) throws -> [SnapshotFields] {
        guard let values = self[key]?.array else { throw damage(key) }
        return values.enumerated().map { SnapshotFields($1, "\(key).\($0)") }
    }
}

extension TrainingPosition {
    var json: JSON {
        [
            "phase": .integer(phase), "in_phase": .bool(isInPhase), "step": .integer(step), "epoch": .integer(epoch),
            "cursor": .integer(cursor), "phase_start": .integer(phaseStart),
            "phase_start_epoch": .integer(phaseStartEpoch), "chain_start": .integer(chainStart),
            "schedule_start": .integer(scheduleStart), "loss_sum": .number(lossSum),
            "loss_weight": .number(lossWeight), "loss_examples": .integer(lossExamples),
        ]
    }

    init(_ fields: SnapshotFields) throws {
        self.init()
        phase = try fields.count("phase")
        isInPhase = fields["in_phase"]?.bool ?? false
        step = try fields.count("step")
        epoch = try fields.count("epoch")
        cursor = try fields.count("cursor")
        phaseStart = try fields.count("phase_start")
        phaseStartEpoch = try fields.count("phase_start_epoch")
        chainStart = try fields.count("chain_start")
        scheduleStart = try fields.count("schedule_start")
        lossSum = try fields.number("loss_sum")
        lossWeight = try fields.number("loss_weight")
        lossExamples = try fields.count("loss_examples")
        guard step >= phaseStart, step >= chainStart, step >= scheduleStart else { throw SnapshotDamage("position") }
    }
}

extension EarlyStopping.State {
    var json: JSON {
        [
            "best_score": bestScore.map(JSON.number) ?? .null, "best_step": bestStep.map(JSON.integer) ?? .null,
            "best_epoch": bestEpoch.map(JSON.integer) ?? .null, "waited": .integer(waited),
            "evaluations": .integer(evaluations),
        ]
    }

    init(_ fields: SnapshotFields) throws {
        self.init()
        bestScore = fields["best_score"]?.double
        bestStep = fields["best_step"]?.int
        bestEpoch = fields["best_epoch"]?.int
        waited = try fields.count("waited")
        evaluations = try fields.count("evaluations")
    }
}

extension PlateauReduction.State {
    var json: JSON {
        [
            "share": .number(share), "best_score": bestScore.map(JSON.number) ?? .null, "waited": .integer(waited),
            "cooling": .integer(cooling), "reductions": .integer(reductions),
        ]
    }

    init(_ fields: SnapshotFields) throws {
        self.init()
        share = try fields.number("share")
        bestScore = fields["best_score"]?.double
        waited = try fields.count("waited")
        cooling = try fields.count("cooling")
        reductions = try fields.count("reductions")
    }
}

extension PhaseResult {
    var json: JSON {
        [
            "name": .string(name), "reason": .string(reason.rawValue),
            "explanation": explanation.map(JSON.string) ?? .null, "steps": .integer(steps), "epochs": .integer(epochs),
            "best": best?.json ?? .null, "restored_best": .bool(restoredBest), "updates": updatesJSON,
            "trainable_parameters": .integer(trainableParameters),
            "frozen_parameters": .integer(frozenParameters), "frozen_hash": .string(frozenHash),
            "training_seconds": .finite(trainingSeconds), "evaluation_seconds": .finite(evaluationSeconds),
        ]
    }

    private var updatesJSON: JSON {
        .object(
            OrderedDictionary(
                uniqueKeysWithValues: updates.keys.sorted().map { ($0.description, .integer(updates[$0]!)) }))
    }

    private static func updates(_ fields: SnapshotFields) throws -> [ParameterPath: Int] {
        guard let object = fields["updates"]?.object else { throw SnapshotDamage("updates") }
        var updates: [ParameterPath: Int] = [:]
        for (path, count) in object {
            guard let count = count.int else { throw SnapshotDamage("updates.\(path)") }
            updates[ParameterPath(path)] = count
        }
        return updates
    }

    init(_ fields: SnapshotFields) throws {
        guard let reason = StopReason(rawValue: try fields.text("reason")) else { throw SnapshotDamage("reason") }
        self.init(
            name: try fields.text("name"), reason: reason, explanation: fields["explanation"]?.string,
            steps: try fields.count("steps"), epochs: try fields.count("epochs"),
            best: fields["best"] == nil ? nil : try EarlyStopping.State(fields.object("best")),
            restoredBest: fields["restored_best"]?.bool ?? false, updates: try PhaseResult.updates(fields),
            trainableParameters: try fields.count("trainable_parameters"),
            frozenParameters: try fields.count("frozen_parameters"), frozenHash: try fields.text("frozen_hash"),
            trainingSeconds: fields["training_seconds"]?.double ?? 0,
            evaluationSeconds: fields["evaluation_seconds"]?.double ?? 0)
    }
}
