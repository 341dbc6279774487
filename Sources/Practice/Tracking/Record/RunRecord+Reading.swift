import JSON
import OrderedCollections
import Training

extension RunRecord {
    /// Reads what `json` wrote. Keys that are not known are passed over: a later version may have written them.
    /// - Throws: `RunRecordError` naming the key that is absent or of the wrong type.
    package init(json: JSON) throws {
        let reader = Members(json)
        let examples = try reader.object("examples")
        self.init(
            name: try reader.text("name"), seed: try reader.seed(),
            examples: Examples(
                train: try examples.integer("train"), validation: try examples.integer("validation"),
                test: try examples.integer("test")),
            environment: try Environment(reader))
        status = try reader.choice("status", Status.self)
        reason = try reader.optional("reason") { try reader.choice($0, StopReason.self) }
        error = reader["error"]?.string
        best = try reader.optional("best") { try Moment(reader.object($0)) }
        final = try reader.optional("final") { try Moment(reader.object($0)) }
        test = try reader.optional("test") { try reader.object($0).scores() } ?? []
        classNames = try reader.texts("class_names")
        phases = try reader.objects("phases").map(PhaseRecord.init)
        hashes = try reader.object("hashes").allTexts()
        warnings = try reader.texts("warnings")
        // Absent in records of before.
        methods = try reader.optional("methods") { try reader.texts($0) } ?? []
        layers = try reader.objects("layers").map(LayerRecord.init)
        confusion = try reader.optional("confusion") { try reader.confusion($0, classNames) }
    }
}

package struct RunRecordError: Error, CustomStringConvertible {
    package let key: String
    package let expected: String
    package var description: String { "the run's record is damaged: \"\(key)\" should be \(expected)" }
}

/// A JSON object under a name, for messages.
struct Members {
    let value: JSON
    let name: String

    init(_ value: JSON, name: String = "") {
        self.value = value
        self.name = name
    }

    subscript(key: String) -> JSON? {
        guard let member = value[key], !member.isNull else { return nil }
        return member
    }

    func require<T>(_ key: String, _ expected: String, _ convert: (JSON) -> T?) throws -> T {
        guard let result = self[key].flatMap(convert) else {
            throw RunRecordError(key: name.isEmpty ? key : name + "." + key, expected: expected)
        }
        return result
    }

    func optional<T>(_ key: String, _ convert: (String) throws -> T) rethrows -> T? {
        self[key] == nil ? nil : try convert(key)
    }

    func text(_ key: String) throws -> String { try require(key, "a text", \.string) }
    func integer(_ key: String) throws -> Int { try require(key, "an integer", \.int) }
    func number(_ key: String) throws -> Double { try require(key, "a number", \.number) }

    func choice<T: RawRepresentable>(_ key: String, _ type: T.Type) throws -> T where T.RawValue == String {
        try require(key, "a known word") { $0.string.flatMap(T.init) }
    }

    func object(_ key: String) throws -> Members {
        Members(try require(key, "an object") { $0.object == nil ? nil : $0 }, name: key)
    }

    func objects(_ key: String) throws -> [Members] {
        try require(key, "a list", \.array).enumerated().map { Members($1, name: "\(key)[\($0)]") }
    }

    func texts(_ key: String) throws -> [String] {
        try require(key, "a list of texts") { list in
            guard let elements = list.array else { return nil }
            let texts = elements.compactMap(\.string)
            return texts.count == elements.count ? texts : nil
        }
    }

    func integers(_ value: JSON) -> [Int]? {
        guard let elements = value.array else { return nil }
        let integers = elements.compactMap(\.int)
        return integers.count == elements.count ? integers : nil
    }

    func seed() throws -> UInt64 {
        try require("seed", "a whole number") {
            $0.int.flatMap(UInt64.init(exactly:)) ?? $0.string.flatMap { UInt64($0) }
        }
    }

    /// Every member that is a number.
    func scores(except known: Set<String> = []) -> [MetricValue] {
        (value.object ?? [:]).compactMap { key, value in
            known.contains(key) ? nil : value.number.map { MetricValue(name: key, value: $0) }
        }
    }

    func allTexts() throws -> OrderedDictionary<String, String> {
        var texts: OrderedDictionary<String, String> = [:]
        for (key, _) in value.object ?? [:] { texts[key] = try text(key) }
        return texts
    }

    func confusion(_ key: String, _ classNames: [String]) throws -> ConfusionTable {
        try require(key, "a square table with a side per class") { table in
            let rows = (table.array ?? []).compactMap(integers)
            // Classes that are only numbers are told by them.
            let names = classNames.isEmpty ? rows.indices.map(String.init) : classNames
            guard rows.count == names.count, rows.allSatisfy({ $0.count == rows.count }) else { return nil }
            return ConfusionTable(classNames: names, counts: rows)
        }
    }
}

extension Environment {
    fileprivate init(_ reader: Members) throws {
        let machine = try reader.object("machine")
        self.init(
            cpu: try machine.text("cpu"), cpuFeatures: try reader.texts("cpu_features"),
            memoryBytes: try machine.integer("memory_bytes"), system: try machine.text("system"),
            kernel: try machine.text("kernel"), threads: try reader.integer("threads"),
            precision: try reader.text("precision"), versions: try reader.object("versions").allTexts())
    }
}

extension RunRecord.Moment {
    fileprivate init(_ reader: Members) throws {
        phase = try reader.text("phase")
        epoch = try reader.integer("epoch")
        step = try reader.integer("step")
        trainLoss = try reader.number("train_loss")
        validationLoss = try reader.optional("val_loss", reader.number)
        metrics = reader.scores(except: ["phase", "epoch", "step", "train_loss", "val_loss"])
    }
}

extension RunRecord.PhaseRecord {
    fileprivate init(_ reader: Members) throws {
        name = try reader.text("name")
        reason = try reader.choice("reason", StopReason.self)
        plannedEpochs = try reader.integer("planned_epochs")
        lastEpoch = try reader.integer("last_epoch")
        lastStep = try reader.integer("last_step")
        monitor = reader["monitor"]?.string
        bestEpoch = try reader.optional("best_epoch", reader.integer)
        bestStep = try reader.optional("best_step", reader.integer)
        bestScore = try reader.optional("best_score", reader.number)
        trainableParameters = try reader.integer("trainable_parameters")
        frozenParameters = try reader.integer("frozen_parameters")
    }
}

extension RunRecord.LayerRecord {
    fileprivate init(_ reader: Members) throws {
        path = try reader.text("path")
        className = try reader.text("class")
        outputShape = try reader.require("output_shape", "a list of integers", reader.integers)
        parameters = try reader.integer("parameters")
        isNew = try reader.require("new", "true or false", \.bool)
        phases = try reader.objects("phases").map {
            RunRecord.Treatment(
                trainable: try $0.integer("trainable"), learningRate: try $0.optional("learning_rate", $0.number))
        }
    }
}
