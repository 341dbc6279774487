import Checkpoints
import JSON
import OrderedCollections
import Tensors
import Training

/// A training's state as a JSON value and named tensors, and back. Names are `weights/PATH`, `slots/NAME/PATH`,
/// `average/PATH`, `best/weights/PATH`, `best/slots/NAME/PATH`, `champion/PATH` and `anchors/PATH`.
struct CodedState {
    var json: JSON
    var tensors: OrderedDictionary<String, TensorData> = [:]

    init(_ state: TrainingState) {
        json = [:]
        json["position"] = state.position.json
        json["phases"] = .array(state.results.map(\.json))
        add(state.weights, "weights")
        add(state.anchors, "anchors")
        if let champion = state.champion {
            json["champion"] = ["phase": .integer(champion.phase), "score": champion.score.map(JSON.number) ?? .null]
            add(champion.weights, "champion")
        }
        guard let memory = state.memory else { return }
        var fields: JSON = [
            "frozen_hash": .string(memory.frozenHash), "training_seconds": .finite(memory.trainingSeconds),
            "evaluation_seconds": .finite(memory.evaluationSeconds), "has_average": .bool(memory.average != nil),
            "optimizer": add(memory.optimizer, ""),
        ]
        add(memory.average ?? [:], "average")
        if let stopping = memory.stopping { fields["early_stopping"] = stopping.json }
        if let plateau = memory.plateau { fields["plateau"] = plateau.json }
        if let best = memory.best {
            add(best.weights, "best/weights")
            fields["best"] = ["optimizer": best.optimizer.map { add($0, "best/") } ?? .null]
        }
        json["memory"] = fields
    }

    private mutating func add(_ values: TensorValues, _ group: String) {
        for path in values.keys.sorted() { tensors["\(group)/\(path)"] = values[path] }
    }

    private mutating func add(_ optimizer: OptimizerState, _ prefix: String) -> JSON {
        var steps: OrderedDictionary<String, JSON> = [:]
        for (path, memory) in optimizer.tensors {
            steps[path.description] = .integer(memory.steps)
            for (name, values) in zip(optimizer.slotNames, memory.slots) {
                tensors["\(prefix)slots/\(name)/\(path)"] = values
            }
        }
        return ["slots": .array(optimizer.slotNames.map(JSON.string)), "steps": .object(steps)]
    }
}

extension CodedState {
    /// Writes the tensors.
    /// - Returns: the file's SHA-256.
    /// - Throws: `SystemError`.
    func write(to path: String) throws -> String {
        try SafeTensorsWriter.write(
            tensors.mapValues { values in TensorSource(shape: [values.count]) { Array(values) } }, to: path)
        return try MappedFile(path: path).hash
    }
}

/// Reads what `CodedState` wrote.
struct StateReading {
    let json: JSON
    let tensors: OrderedDictionary<String, StoredTensor>

    init(json: JSON, tensors: OrderedDictionary<String, StoredTensor>) {
        self.json = json
        self.tensors = tensors
    }

    /// - Parameter hash: of the file when it was written.
    /// - Throws: `SystemError` where it is another one now; what opening it throws.
    init(json: JSON, path: String, hash: String) throws {
        guard try MappedFile(path: path).hash == hash else {
            throw SystemError(operation: "use", path: path, reason: "its bytes are not those that were written")
        }
        self.json = json
        tensors = try Checkpoint(path: path).tensors
    }

    /// - Throws: `SnapshotDamage` for the first thing that is absent or makes no sense.
    func state() throws -> TrainingState {
        let position = try TrainingPosition(SnapshotFields(json, "").object("position"))
        let results = try SnapshotFields(json, "").list("phases").map { try PhaseResult($0) }
        guard results.count == position.phase else { throw SnapshotDamage("phases") }
        var state = TrainingState(
            position: position, weights: values("weights/"), memory: nil, results: results, champion: nil,
            anchors: values("anchors/"))
        if let champion = json["champion"], !champion.isNull {
            state.champion = Champion(
                phase: try SnapshotFields(champion, "champion").count("phase"), score: champion["score"]?.double,
                weights: values("champion/"))
        }
        if let memory = json["memory"], !memory.isNull {
            state.memory = try self.memory(SnapshotFields(memory, "memory"))
        }
        guard state.memory != nil || !position.isInPhase else { throw SnapshotDamage("memory") }
        return state
    }

    private func memory(_ fields: SnapshotFields) throws -> PhaseMemory {
        var memory = PhaseMemory(
            optimizer: try optimizer(fields.object("optimizer"), ""), frozenHash: try fields.text("frozen_hash"),
            trainingSeconds: fields["training_seconds"]?.double ?? 0,
            evaluationSeconds: fields["evaluation_seconds"]?.double ?? 0)
        if fields["has_average"]?.bool == true { memory.average = values("average/") }
        if fields["early_stopping"] != nil {
            memory.stopping = try EarlyStopping.State(fields.object("early_stopping"))
        }
        if fields["plateau"] != nil { memory.plateau = try PlateauReduction.State(fields.object("plateau")) }
        if fields["best"] != nil {
            let best = try fields.object("best")
            memory.best = PhaseMemory.Best(
                weights: values("best/weights/"),
                optimizer: best["optimizer"] == nil ? nil : try optimizer(best.object("optimizer"), "best/"))
        }
        return memory
    }

    private func optimizer(_ fields: SnapshotFields, _ prefix: String) throws -> OptimizerState {
        guard let names = fields["slots"]?.array?.compactMap(\.string), let steps = fields["steps"]?.object else {
            throw SnapshotDamage("optimizer")
        }
        var tensors: OrderedDictionary<ParameterPath, OptimizerState.Memory> = [:]
        for (path, count) in steps {
            guard let count = count.int, count >= 0 else { throw SnapshotDamage("optimizer.steps.\(path)") }
            let slots = try names.map { name in
                guard let tensor = self.tensors["\(prefix)slots/\(name)/\(path)"] else {
                    throw SnapshotDamage("\(prefix)slots/\(name)/\(path)")
                }
                return TensorData(tensor.read().values)
            }
            tensors[ParameterPath(path)] = OptimizerState.Memory(steps: count, slots: slots)
        }
        return OptimizerState(slotNames: names, tensors: tensors)
    }

    private func values(_ prefix: String) -> TensorValues {
        var values: TensorValues = [:]
        for (name, tensor) in tensors where name.hasPrefix(prefix) {
            values[ParameterPath(String(name.dropFirst(prefix.count)))] = TensorData(tensor.read().values)
        }
        return values
    }
}
