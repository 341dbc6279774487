import Checkpoints
import Data
import JSON
import Keras
import Layers
import OrderedCollections
import Tensors

/// What a file holds: its layers where it has an architecture or weights by layer, its tensors in any case. Opening one
/// reads names, shapes and configs; no tensor.
struct Inspection {
    /// A layer, or a model inside the model.
    struct Layer {
        var path: String
        var name: String
        /// Nil where the file has no architecture.
        var className: String?
        /// 0 for the model's own layers.
        var depth = 0
        var isModel = false
        var isTrainable = true
        /// Nil where it cannot be known.
        var outputShapes: [OpenShape]?
        var parameters: [Parameter] = []
    }

    struct Parameter {
        var path: String
        /// The part of the path that is the tensor's own.
        var name: String
        var shape: Shape
        /// As the file calls it; nil where the file has none.
        var stored: String?
        var storedShape: Shape?
        var dataType: DataType?
    }

    /// Where data enters or leaves.
    struct Port {
        let name: String
        let shape: OpenShape
    }

    let path: String
    let format: ModelFormat
    let fileBytes: Int
    var kerasVersion: String?
    var backend: String?
    var modelName: String?
    var inputs: [Port] = []
    var outputs: [Port] = []
    var layers: [Layer] = []
    /// Of the weights, without the optimizer's state; nil where it cannot be known.
    var parameters: Int?
    var trainableParameters: Int?
    var training: TrainingConfiguration?
    var notes: JSON?
    /// What cannot be used, and why: a sentence each.
    var problems: [String] = []
    /// What a person should know besides.
    var remarks: [String] = []
    /// Every tensor of the file; none for an architecture alone.
    let tensors: [StoredTensor]
    /// Those of them that are an optimizer's.
    let optimizerTensors: [StoredTensor]

    /// - Throws: `UsageError` where there is no such file; what opening a file of its format throws.
    init(path: String, lambdas: [String: String] = [:]) throws {
        let file = try InspectedFile(path: path, lambdas: lambdas)
        self.path = path
        let format = file.format
        self.format = format
        fileBytes = file.byteCount
        tensors = file.checkpoint.map { Array($0.tensors.values) } ?? []
        optimizerTensors = tensors.filter { format.isOptimizerState($0.name) }
        kerasVersion = file.kerasVersion
        backend = file.checkpoint.flatMap { InspectedFile.attribute("backend", of: $0) }
        training = file.training
        if !format.isArchitectureOnly { parameters = weightTensors.reduce(0) { $0 + $1.shape.count } }
        if let config = file.config {
            do { try describe(file.open()) } catch {
                problems.append("its architecture cannot be used: \(error)")
                describe(ConfigOutline(config), file)
            }
        } else if let checkpoint = file.checkpoint {
            layers = StoredLayers(checkpoint, format).layers
        }
        for object in file.checkpoint?.skipped ?? [] {
            remarks.append("\(object.name) is no array of numbers: \(object.reason)")
        }
    }

    /// The tensors that are not an optimizer's.
    var weightTensors: [StoredTensor] { tensors.filter { !format.isOptimizerState($0.name) } }

    // MARK: A model that can be made

    private mutating func describe(_ opened: InspectedFile.Opened) throws {
        let model = opened.model
        let shapes = try OpenShapes(model)
        modelName = model.name
        inputs = zip(model.inputs, shapes.inputs).map { Port(name: $0.layer, shape: $1) }
        outputs = zip(model.outputs, shapes.outputs).map { Port(name: $0.layer, shape: $1) }
        var match: WeightMatch?
        do { match = try opened.match(shapes.registry.parameters) } catch {
            problems.append("its weights do not fit its architecture: \(error)")
        }
        var stored: [ParameterPath: String] = [:]
        for entry in match?.ledger.entries ?? [] {
            if let path = entry.path, let name = entry.stored { stored[path] = name }
        }
        visit(model, shapes, match, stored, prefix: "", depth: 0)
        let specs = shapes.registry.parameters.values
        parameters = specs.reduce(0) { $0 + $1.shape.count }
        trainableParameters = specs.filter { spec in
            spec.role.hasGradient && shapes.registry.owner(of: spec.layer)?.storedTrainable ?? true
        }.reduce(0) { $0 + $1.shape.count }
        if let ledger = match?.ledger { tell(ledger) }
        remarks += opened.keras?.warnings ?? []
        notes = opened.keras?.notes
    }

    private mutating func visit(
        _ model: Model, _ shapes: OpenShapes, _ match: WeightMatch?, _ stored: [ParameterPath: String],
        prefix: ParameterPath, depth: Int
    ) {
        for entry in model.entries.values {
            let path = prefix.appending(entry.name)
            var layer = Layer(
                path: path.description, name: entry.name, className: entry.specification.className, depth: depth,
                isTrainable: entry.specification.isTrainable)
            switch entry.content {
            case .input: continue
            case .model(let inner):
                layer.isModel = true
                layers.append(layer)
                visit(inner, shapes, match, stored, prefix: path, depth: depth + 1)
            case .layer:
                guard let registered = shapes.registry.layers[path] else { continue }
                layer.isTrainable = registered.storedTrainable
                layer.outputShapes = shapes.layers[path]
                layer.parameters = registered.parameters.map { spec in
                    let tensor = match?.tensors[spec.path]
                    return Parameter(
                        path: spec.path.description, name: spec.name, shape: spec.shape, stored: stored[spec.path],
                        storedShape: tensor?.shape, dataType: tensor?.dataType)
                }
                layers.append(layer)
            }
        }
    }

    private mutating func tell(_ ledger: Ledger) {
        let fresh = ledger.entries.filter { $0.outcome == .fresh }.compactMap { $0.path?.description }
        if !fresh.isEmpty {
            problems.append(
                "the file has no weights for \(Inspection.list(fresh)); predict and evaluate need them all")
        }
        let unused = ledger.entries.filter { $0.outcome == .unused }.compactMap(\.stored)
        if !unused.isEmpty { remarks.append("not the model's: \(Inspection.list(unused))") }
    }

    /// The first few of many names.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? shown + " and \(names.count - 5) more" : shown
    }

    // MARK: A model that cannot

    private mutating func describe(_ outline: ConfigOutline, _ file: InspectedFile) {
        let stored = file.checkpoint.map { StoredLayers($0, format).layers } ?? []
        var left = Dictionary(stored.map { ($0.path, $0.parameters) }, uniquingKeysWith: { first, _ in first })
        layers = outline.layers.map { layer in
            Layer(
                path: layer.path, name: layer.name, className: layer.className, depth: layer.depth,
                isModel: layer.isModel, isTrainable: layer.isTrainable)
        }
        var index = 0
        while index < layers.count {
            let end = layers[(index + 1)...].firstIndex { $0.depth == 0 } ?? layers.count
            let own = left.removeValue(forKey: layers[index].name) ?? []
            for parameter in own { give(parameter, toOneOf: index..<end) }
            index = end
        }
    }

    /// The weights of a model inside the model are stored under its name: they go to the layer inside it that their own
    /// names name, else stay with it.
    private mutating func give(_ parameter: Parameter, toOneOf range: Range<Int>) {
        let parts = parameter.storedParts
        let owner = range.dropFirst().filter { index in
            let name = layers[index].name
            return !layers[index].isModel && (parts.layer == name || parts.layer.hasSuffix("/" + name))
        }.max { layers[$0].name.count < layers[$1].name.count }
        var parameter = parameter
        if let owner {
            parameter.name = parts.name
            parameter.path = layers[owner].path + "." + parts.name
        }
        layers[owner ?? range.lowerBound].parameters.append(parameter)
    }
}

extension Inspection.Parameter {
    /// The stored name taken apart: `block/conv/kernel:0` is `kernel` of `block/conv`.
    var storedParts: (layer: String, name: String) {
        var text = (stored ?? "")[...]
        if let colon = text.lastIndex(of: ":"), Int(text[text.index(after: colon)...]) != nil { text = text[..<colon] }
        guard let slash = text.lastIndex(of: "/") else { return ("", String(text)) }
        return (String(text[..<slash]), String(text[text.index(after: slash)...]))
    }
}
