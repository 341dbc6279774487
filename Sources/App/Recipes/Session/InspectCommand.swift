import Checkpoints
import JSON
import Keras
import Layers
import OrderedCollections
import Tensors
import Tracking

extension Commands {
    /// Describes a checkpoint.
    package static func inspect(_ options: InspectOptions, console: Console) throws -> ExitStatus {
        let checkpoint = try Checkpoint(path: options.file)
        let inspection = try Inspection(checkpoint)
        console.write(options.asJSON ? inspection.json.serialized(pretty: true) + "\n" : inspection.text)
        return .done
    }
}

/// What a checkpoint holds: its layers where it is a model we know, its tensors in any case.
struct Inspection {
    private let checkpoint: Checkpoint
    private let keras: KerasModel?
    private let registry: LayerRegistry?
    private let ledger: Ledger?
    /// Why the layers are not shown, where the file has an architecture.
    private let obstacle: String?

    init(_ checkpoint: Checkpoint) throws {
        self.checkpoint = checkpoint
        var keras: KerasModel?
        var registry: LayerRegistry?
        var ledger: Ledger?
        var obstacle: String?
        if checkpoint.attribute("model_config") != nil {
            do {
                let opened = try KerasModel.open(checkpoint)
                let layers = try LayerRegistry(opened.model)
                ledger = try opened.load(into: ParameterStore(layers.parameters))
                registry = layers
                keras = opened
            } catch { obstacle = "\(error)" }
        }
        self.keras = keras
        self.registry = registry
        self.ledger = ledger
        self.obstacle = obstacle
    }

    private var format: String {
        if checkpoint.format == .hdf5, checkpoint.attribute("model_config") != nil { return "keras-h5" }
        return checkpoint.format.rawValue
    }

    private var version: String? { checkpoint.attribute("keras_version")?.string }

    /// The stored name of each tensor of the model.
    private var stored: [ParameterPath: String] {
        let pairs = (ledger?.entries ?? []).compactMap { entry in
            entry.path.flatMap { path in entry.stored.map { (path, $0) } }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    var json: JSON {
        var result: OrderedDictionary<String, JSON> = ["format": .string(format)]
        if let version { result["keras_version"] = .string(version) }
        if let registry {
            let trainable = trainableCount(registry)
            result["parameters"] = .integer(registry.parameterCount)
            result["trainable_parameters"] = .integer(trainable)
            let stored = stored
            result["layers"] = .array(registry.layers.values.map { layer($0, stored) })
        }
        if let obstacle { result["problem"] = .string(obstacle) }
        if let keras {
            result["optimizer_tensors"] = .integer(keras.optimizerTensorCount)
            if let loss = keras.training?.loss { result["loss"] = loss }
            if let optimizer = keras.training?.optimizer { result["optimizer"] = .string(optimizer) }
            if let notes = keras.notes { result["notes"] = notes }
        }
        result["tensors"] = .array(
            checkpoint.tensors.values.map { tensor in
                [
                    "name": .string(tensor.name), "shape": .array(tensor.shape.dimensions.map { .integer($0) }),
                    "dtype": .string(tensor.dataType.rawValue),
                ]
            })
        return .object(result)
    }

    private func layer(_ layer: RegisteredLayer, _ stored: [ParameterPath: String]) -> JSON {
        [
            "path": .string(layer.path.description), "class": .string(layer.specification.className),
            "output_shape": .array([.null] + layer.outputShape.dimensions.map { .integer($0) }),
            "trainable": .bool(layer.storedTrainable),
            "parameters": .array(
                layer.parameters.map { spec in
                    let name = stored[spec.path]
                    return [
                        "path": .string(spec.path.description), "stored": name.map { .string($0) } ?? .null,
                        "shape": .array(spec.shape.dimensions.map { .integer($0) }),
                        "dtype": .string(dataType(of: name) ?? "float32"),
                    ]
                }),
        ]
    }

    private func dataType(of stored: String?) -> String? {
        guard let stored else { return nil }
        let tensor = checkpoint.tensors[stored] ?? checkpoint.tensors.values.first { $0.name.hasSuffix("/" + stored) }
        return tensor?.dataType.rawValue
    }

    private func trainableCount(_ registry: LayerRegistry) -> Int {
        registry.layers.values.filter(\.storedTrainable).reduce(0) { sum, layer in
            layer.parameters.reduce(sum) { $1.role.hasGradient ? $0 + $1.shape.count : $0 }
        }
    }

    var text: String {
        var lines = ["\(checkpoint.path): \(format)" + (version.map { ", Keras \($0)" } ?? "")]
        if let obstacle { lines.append("its architecture cannot be used: \(obstacle)") }
        if let registry {
            lines.append(
                "\(Figures.count(registry.parameterCount)) parameters, \(Figures.count(trainableCount(registry))) of them trainable, "
                    + "in \(Figures.plural(registry.layers.count, "layer"))")
            lines += TextTable.lines(
                ["layer", "class", "output", "parameters"],
                registry.layers.values.map { layer in
                    [
                        layer.path.description, layer.specification.className, "\(layer.outputShape)",
                        Figures.count(layer.parameters.reduce(0) { $0 + $1.shape.count }),
                    ]
                })
        } else {
            lines += TextTable.lines(
                ["tensor", "shape", "type"],
                checkpoint.tensors.values.map { [$0.name, "\($0.shape)", $0.dataType.rawValue] })
        }
        if let count = keras?.optimizerTensorCount, count > 0 {
            lines.append("optimizer state: \(Figures.plural(count, "tensor")), not read")
        }
        lines += keras?.warnings ?? []
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Columns of text, as wide as what stands in them.
enum TextTable {
    static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let line = zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ")
            return "  " + line.reversed().drop { $0 == " " }.reversed()
        }
    }
}
