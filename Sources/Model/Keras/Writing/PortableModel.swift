import Checkpoints
import JSON
import Layers
import OrderedCollections
import Tensors

/// A model in layers that a Keras of today has: cuDNN's own layers are the plain ones with their tensors in another
/// layout, and Keras 1's `TimeDistributedDense` is what `Dense` does by itself.
struct PortableModel {
    let model: Model
    let weights: WeightSource
    /// What became of which layer, as sentences.
    private(set) var notes: [String] = []

    /// - Throws: what making a layer or tracing the model throws.
    init(_ model: Model, _ weights: WeightSource) throws {
        var change = Change()
        let changed = try change.apply(to: model, at: "")
        guard !change.notes.isEmpty else {
            (self.model, self.weights) = (model, weights)
            return
        }
        self.model = changed
        notes = change.notes
        let specs = try LayerRegistry(changed, inputShapes: changed.workableInputShapes()).parameters
        let tensors = specs.values.map { spec -> (ParameterPath, TensorSource) in
            let tensor = weights.tensor(spec.path)
            guard let gates = change.gates(of: spec.layer) else { return (spec.path, tensor) }
            return (spec.path, CuDNNLayout(gates: gates).plain(tensor, as: spec))
        }
        self.weights = WeightSource(specs: specs, tensors: Dictionary(uniqueKeysWithValues: tensors))
    }

    private struct Change {
        var notes: [String] = []
        /// The layers whose tensors are in cuDNN's layout.
        private var converted: [ParameterPath: Int] = [:]

        private static let plainNames = ["CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU", "TimeDistributedDense": "Dense"]

        func gates(of layer: ParameterPath) -> Int? {
            var components = layer.components[...]
            while !components.isEmpty {
                if let gates = converted[ParameterPath(components.joined(separator: "."))] { return gates }
                components = components.dropLast()
            }
            return nil
        }

        mutating func apply(to model: Model, at path: ParameterPath) throws -> Model {
            let count = notes.count
            let entries = try model.entries.values.map { try apply(to: $0, of: model, at: path.appending($0.name)) }
            guard notes.count > count else { return model }
            return try Model(
                name: model.name, generation: model.generation, isSequential: model.isSequential, entries: entries,
                inputs: model.inputs, outputs: model.outputs)
        }

        private mutating func apply(
            to entry: Model.Entry, of model: Model, at path: ParameterPath
        ) throws -> Model.Entry {
            var entry = entry
            switch entry.content {
            case .input: return entry
            case .model(let inner): entry.content = .model(try apply(to: inner, at: path))
            case .layer:
                let before = notes.count
                var layer = entry.specification
                (layer.className, layer.config) = plain(layer.className, layer.config, at: path)
                for key in ["layer", "backward_layer"] {
                    guard layer.className == "Bidirectional", let inner = layer.config[key] else { continue }
                    let (className, config) = plain(
                        inner["class_name"]?.string ?? "", inner["config"] ?? [:], at: path)
                    layer.config[key]?["class_name"] = .string(className)
                    layer.config[key]?["config"] = config
                }
                guard notes.count > before else { return entry }
                entry.specification = layer
                entry.content = .layer(try LayerCatalog.make(layer, generation: model.generation))
            }
            return entry
        }

        private mutating func plain(
            _ className: String, _ config: JSON, at path: ParameterPath
        ) -> (className: String, config: JSON) {
            guard let name = Change.plainNames[className] else { return (className, config) }
            notes.append("layer \"\(path)\": its \(className) is written as the \(name) that computes the same")
            var config = config
            if className == "TimeDistributedDense" {
                let settings = config.object?.filter { !["input_dim", "input_length"].contains($0.key) }
                return (name, .object(settings ?? [:]))
            }
            converted[path] = name == "LSTM" ? 4 : 3
            config["activation"] = "tanh"
            config["recurrent_activation"] = "sigmoid"
            if name == "GRU" { config["reset_after"] = true }
            return (name, config)
        }
    }
}

/// The layout of cuDNN's tensors, gate by gate: kernel (in, gates · units) holds per gate the bytes of a (units, in)
/// matrix, recurrent_kernel (units, gates · units) is transposed, and there are two biases one behind the other.
private struct CuDNNLayout {
    let gates: Int

    /// A tensor as the plain layer has it.
    /// - Parameter spec: the plain layer's.
    func plain(_ tensor: TensorSource, as spec: ParameterSpec) -> TensorSource {
        let shape = spec.shape
        switch spec.name {
        case "kernel", "recurrent_kernel":
            let isTransposed = spec.name == "recurrent_kernel"
            return TensorSource(shape: shape) { turned(tensor.floats, shape, isTransposed: isTransposed) }
        case "bias":
            // A GRU that resets after the product keeps both: the same numbers as two rows.
            return TensorSource(shape: shape) {
                let values = tensor.floats
                let half = values.count / 2
                return shape.count == half ? (0..<half).map { values[$0] + values[half + $0] } : values
            }
        default: return tensor
        }
    }

    private func turned(_ values: [Float], _ shape: Shape, isTransposed: Bool) -> [Float] {
        let (rows, columns) = (shape[0], shape[1])
        let units = columns / gates
        var result = [Float](repeating: 0, count: values.count)
        for row in 0..<rows {
            for gate in 0..<gates {
                for unit in 0..<units {
                    // As bytes of (units, in): element `unit · rows + row` of the gate's block.
                    let place = unit * rows + row
                    let (oldRow, oldUnit) = isTransposed ? (unit, row) : (place / units, place % units)
                    result[row * columns + gate * units + unit] = values[oldRow * columns + gate * units + oldUnit]
                }
            }
        }
        return result
    }
}

extension TensorSource {
    fileprivate var floats: [Float] { widened.withBytes { Array($0.bindMemory(to: Float.self)) } }
}
