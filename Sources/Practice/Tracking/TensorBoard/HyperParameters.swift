import JSON
import OrderedCollections

/// The settings of a run that people compare runs by, as columns of TensorBoard's table of hyperparameters.
struct HyperParameters {
    /// Texts, numbers, true and false, by name.
    private(set) var values: OrderedDictionary<String, JSON> = [:]

    /// - Parameter recipe: as resolved. A setting that differs between phases has the phase's number in its name.
    init(recipe: JSON) {
        take("seed", recipe["seed"])
        take("checkpoint", recipe["model"]?["checkpoint"])
        take("strategy", recipe["strategy"])
        take("batch_size", recipe["data"]?["batch_size"])
        take("sampling", recipe["data"]?["sampling"])
        take("loss", recipe["loss"])
        take("ema", recipe["ema"])
        let phases = recipe["phases"]?.array ?? []
        for (index, phase) in phases.enumerated() {
            let prefix = phases.count == 1 ? "" : "phase \(index + 1) "
            for key in HyperParameters.phaseKeys { take(prefix + key, phase[key]) }
            for key in ["optimizer", "schedule"] { take(prefix + key, phase[key]) }
        }
    }

    private static let phaseKeys = [
        "epochs", "steps", "clip_norm", "layer_decay", "accumulate", "mixup", "cutmix", "precision",
    ]

    /// A scalar under its name; of an object the member `name` under its name and the others below it.
    private mutating func take(_ name: String, _ value: JSON?) {
        guard let value else { return }
        if let object = value.object {
            for (key, member) in object where member.object == nil {
                take(key == "name" ? name : name + "." + key, member)
            }
        } else if value.string != nil || value.double != nil || value.bool != nil {
            values[name] = value
        }
    }

    /// `HParamsPluginData` with an `Experiment`: which columns there are and which scores the table shows.
    func experiment(metrics: [String], at time: UTCDate) -> ProtocolBuffer {
        var experiment = ProtocolBuffer()
        experiment.double(3, time.seconds)
        for (name, value) in values {
            var info = ProtocolBuffer()
            info.text(1, name)
            // STRING, BOOL, FLOAT64
            info.integer(4, value.bool != nil ? 2 : value.double != nil ? 3 : 1)
            experiment.message(4, info)
        }
        for tag in metrics {
            var name = ProtocolBuffer()
            name.text(2, tag)
            var info = ProtocolBuffer()
            info.message(1, name)
            experiment.message(5, info)
        }
        var data = ProtocolBuffer()
        data.message(2, experiment)
        return data
    }

    /// `HParamsPluginData` with the `SessionStartInfo` of a run. Without a group: each run is a trial of its own, under the name of its
    /// folder.
    func start(at time: UTCDate) -> ProtocolBuffer {
        var info = ProtocolBuffer()
        for (name, value) in values {
            var content = ProtocolBuffer()
            if let flag = value.bool {
                content.integer(4, flag ? 1 : 0)
            } else if let number = value.double {
                content.double(2, number)
            } else {
                content.text(3, value.string ?? "")
            }
            var entry = ProtocolBuffer()
            entry.text(1, name)
            entry.message(2, content)
            info.message(1, entry)
        }
        info.double(5, time.seconds)
        var data = ProtocolBuffer()
        data.message(3, info)
        return data
    }

    /// `HParamsPluginData` with the `SessionEndInfo` of a run.
    static func end(_ status: RunRecord.Status, at time: UTCDate) -> ProtocolBuffer {
        var info = ProtocolBuffer()
        // SUCCESS, FAILURE, RUNNING
        switch status {
        case .completed: info.integer(1, 1)
        case .failed: info.integer(1, 2)
        case .interrupted, .running: info.integer(1, 3)
        }
        info.double(2, time.seconds)
        var data = ProtocolBuffer()
        data.message(4, info)
        return data
    }
}
