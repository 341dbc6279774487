import JSON
import OrderedCollections
import Training

extension RunRecord {
    /// The record as it stands in `run.json`: always the same keys in the same order, absent values as null.
    package var json: JSON {
        [
            "name": .string(name),
            "status": .string(status.rawValue),
            "reason": .optional(reason?.rawValue),
            "error": .optional(error),
            "seed": Int(exactly: seed).map(JSON.integer) ?? .string("\(seed)"),
            "best": best?.json ?? .null,
            "final": final?.json ?? .null,
            "test": test.isEmpty ? .null : .object(.scores(test)),
            "examples": [
                "train": .integer(examples.train), "validation": .integer(examples.validation),
                "test": .integer(examples.test),
            ],
            "class_names": .array(classNames.map(JSON.string)),
            "phases": .array(phases.map(\.json)),
            "hashes": .texts(hashes),
            "machine": environment.machine,
            "cpu_features": .array(environment.cpuFeatures.map(JSON.string)),
            "threads": .integer(environment.threads),
            "precision": .string(environment.precision),
            "versions": .texts(environment.versions),
            "warnings": .array(warnings.map(JSON.string)),
            "methods": .array(methods.map(JSON.string)),
            "layers": .array(layers.map(\.json)),
            "confusion": confusion.map { .array($0.counts.map { .array($0.map(JSON.integer)) }) } ?? .null,
        ]
    }
}

extension JSON {
    fileprivate static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
    fileprivate static func optional(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }
    fileprivate static func optional(_ value: Double?) -> JSON { value.map(JSON.finite) ?? .null }
    fileprivate static func texts(_ members: OrderedDictionary<String, String>) -> JSON {
        .object(members.mapValues(JSON.string))
    }
}

extension OrderedDictionary<String, JSON> {
    fileprivate static func scores(_ scores: [MetricValue]) -> Self {
        Self(scores.map { ($0.name, JSON.finite($0.value)) }, uniquingKeysWith: { $1 })
    }
}

extension Environment {
    fileprivate var machine: JSON {
        [
            "cpu": .string(cpu), "memory_bytes": .integer(memoryBytes), "system": .string(system),
            "kernel": .string(kernel),
        ]
    }
}

extension RunRecord.Moment {
    fileprivate var json: JSON {
        var members: OrderedDictionary<String, JSON> = [
            "phase": .string(phase), "epoch": .integer(epoch), "step": .integer(step),
            "train_loss": .finite(trainLoss), "val_loss": .optional(validationLoss),
        ]
        members.merge(OrderedDictionary.scores(metrics)) { $1 }
        return .object(members)
    }
}

extension RunRecord.PhaseRecord {
    fileprivate var json: JSON {
        [
            "name": .string(name), "reason": .string(reason.rawValue), "planned_epochs": .integer(plannedEpochs),
            "last_epoch": .integer(lastEpoch), "last_step": .integer(lastStep), "monitor": .optional(monitor),
            "best_epoch": .optional(bestEpoch), "best_step": .optional(bestStep), "best_score": .optional(bestScore),
            "trainable_parameters": .integer(trainableParameters), "frozen_parameters": .integer(frozenParameters),
        ]
    }
}

extension RunRecord.LayerRecord {
    fileprivate var json: JSON {
        [
            "path": .string(path), "class": .string(className),
            "output_shape": .array(outputShape.map(JSON.integer)), "parameters": .integer(parameters),
            "new": .bool(isNew),
            "phases": .array(
                phases.map {
                    ["trainable": .integer($0.trainable), "learning_rate": .optional($0.learningRate)]
                }),
        ]
    }
}
