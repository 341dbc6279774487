import Checkpoints
import Foundation
import Graph
import Layers
import Runtime
import Tensors
import Testing

@testable import Keras

/// One of the small models that both Kerases saved, and what they computed (see `Fixtures/README.md`).
struct LayerGolden {
    let path: String
    /// What Keras 3 computed (of models that it refuses, tf_keras).
    let common: Checkpoint
    /// What tf_keras computed otherwise, where the file is tf_keras'.
    let overlay: Checkpoint?
    let hasKeras3: Bool

    init(_ file: String) throws {
        let name = String(file.prefix { $0 != "." })
        path = fixture("layers/" + file)
        common = try Checkpoint(path: fixture("layers/\(name).npz"))
        let overlay = fixture("layers/\(name).tfk2.npz")
        let isOverlaid = file.hasSuffix(".tfk2.h5") && FileManager.default.fileExists(atPath: overlay)
        self.overlay = isOverlaid ? try Checkpoint(path: overlay) : nil
        hasKeras3 = FileManager.default.fileExists(atPath: fixture("layers/\(name).keras3.h5"))
    }

    subscript(key: String) -> Tensor? { (overlay?.tensors[key] ?? common.tensors[key])?.read() }

    func load() throws -> LoadedModel {
        try LoadedModel(path, inputShapes: numbered("x", common, over: overlay).map(\.shape.droppingFirst))
    }

    /// Which tensor of the model goes by which name here: its layer's, its own, and a number where that comes again.
    func keys(of model: LoadedModel) throws -> [(path: ParameterPath, key: String)] {
        let file = try Checkpoint(path: path)
        return try (file.strings("layer_names", of: "model_weights") ?? []).flatMap { layer in
            var seen: [String: Int] = [:]
            let names = file.strings("weight_names", of: "model_weights/" + layer) ?? []
            return try names.map { stored in
                let last = stored.prefix { $0 != ":" }.split(separator: "/").last.map(String.init) ?? stored
                let choices = ["\(layer).\(last)", "\(layer).\(last.replacingOccurrences(of: "depthwise_", with: ""))"]
                let known = choices.first { self["grad." + $0] != nil || self["training.after." + $0] != nil }
                let key = known ?? choices[0]
                let count = seen[key, default: 0]
                seen[key] = count + 1
                let entry = try #require(
                    model.ledger.entries.first { entry in
                        let path = entry.path?.description ?? ""
                        return entry.stored == stored && (path == layer || path.hasPrefix(layer + "."))
                    })
                return (try #require(entry.path), count == 0 ? key : "\(key)#\(count)")
            }
        }
    }
}

/// A model run forwards and backwards on a golden's inputs.
struct GoldenRun {
    let outputs: [Tensor]
    let inputGradients: [Tensor]
    let gradients: [ParameterPath: Tensor]
    let updates: [ParameterPath: Tensor]

    /// - Parameter isTraining: whether batch normalisations go by the batch.
    init(_ model: LoadedModel, _ golden: LayerGolden, isTraining: Bool) throws {
        let inputs = numbered("x", golden.common, over: golden.overlay)
        let directions = numbered("r", golden.common, over: golden.overlay)
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: TraceOptions(isTraining: isTraining) { _ in .train })
        let values = inputs.enumerated().map { g.input("x\($0.offset)", $0.element.shape) }
        let traced = try model.keras.model.trace(values, in: scope).outputs
        let terms = zip(traced, directions).enumerated().map { index, pair in
            g.sumAll(g.multiply(pair.0, g.input("r\(index)", pair.1.shape)))
        }
        let loss = terms.dropFirst().reduce(terms[0], g.add)
        let trained = scope.parameters.values.filter(\.role.hasGradient)
        let parameters = trained.map { g.parameter($0.path, $0.shape) }
        let slopes = g.gradients(of: loss, withRespectTo: values + parameters)

        var wanted: [(name: String, value: Value)] = traced.enumerated().map { ("y\($0.offset)", $0.element) }
        for (index, slope) in slopes.enumerated() { if let slope { wanted.append(("g\(index)", slope)) } }
        for (index, update) in scope.updates.enumerated() { wanted.append(("u\(index)", update.value)) }
        let results = try Results(
            g, wanted, model.store, inputs: numberedNames("x", inputs) + numberedNames("r", directions))

        outputs = traced.indices.map { results["y\($0)"]! }
        inputGradients = inputs.indices.map { results["g\($0)"] ?? Tensor(zeros: inputs[$0].shape) }
        let found = trained.enumerated().map { index, spec in
            (spec.path, results["g\(inputs.count + index)"] ?? Tensor(zeros: spec.shape))
        }
        gradients = Dictionary(uniqueKeysWithValues: found)
        var updates: [ParameterPath: Tensor] = [:]
        for (index, update) in scope.updates.enumerated() {
            if case .update(let path) = update.role { updates[path] = results["u\(index)"] }
        }
        self.updates = updates
    }

    /// Named values of a graph that was run once.
    private struct Results {
        private var tensors: [String: Tensor] = [:]

        init(
            _ g: GraphBuilder, _ wanted: [(name: String, value: Value)], _ store: ParameterStore,
            inputs: [(name: String, tensor: Tensor)]
        ) throws {
            let graph = g.build(outputs: wanted.map { GraphOutput(.result($0.name), $0.value) })
            let plan = try Plan(graph, bindings: Plan.Bindings(parameter: { store[$0] }))
            let slabs = inputs.map {
                UnsafeMutableBufferPointer<Float>.allocate(capacity: max($0.tensor.shape.count, 1))
            }
            defer { slabs.forEach { $0.deallocate() } }
            for (slab, input) in zip(slabs, inputs) {
                _ = slab.initialize(from: input.tensor.values)
                if let place = plan.input(input.name) { plan.bind(place, to: slab.baseAddress!) }
            }
            plan.run(seed: 0, step: 0, validRows: inputs.first?.tensor.shape[0] ?? 1)
            for (name, value) in wanted {
                let shape = g.shape(of: value)
                let start = plan.result(name)
                tensors[name] = Tensor(
                    shape: shape, values: Array(UnsafeBufferPointer(start: start, count: shape.count)))
            }
        }

        subscript(name: String) -> Tensor? { tensors[name] }
    }
}

private func numberedNames(_ prefix: String, _ tensors: [Tensor]) -> [(name: String, tensor: Tensor)] {
    tensors.enumerated().map { ("\(prefix)\($0.offset)", $0.element) }
}
