import Data
import Graph
import Layers
import Runtime
import Tensors

/// What a phase will take, known before its first step: everything was laid out, nothing was run.
package struct PhasePlan: Sendable {
    package let name: String
    package let precision: Precision
    package let trainableParameters: Int
    package let frozenParameters: Int
    package let steps: Int
    package let stepsPerEpoch: Int
    /// Floating-point operations of one step.
    package let forwardFlops: Int
    package let backwardFlops: Int
    /// Bytes by what they are for, in a fixed order.
    package let memory: [(name: String, bytes: Int)]
    package let prefix: FrozenPrefix
    /// What is kept of what the prefix gives.
    package let features: FeaturePlan
    package var totalBytes: Int { memory.reduce(0) { $0 + $1.bytes } }
}

extension Trainer {
    /// Lays one of the phases out as `run` would. The store is arranged for it afterwards.
    /// - Parameter heldBytes: of data that the run holds beside the training and the validation examples.
    /// - Throws: as `run`.
    package func plan(_ phases: [PhaseConfiguration], at index: Int, heldBytes: Int = 0) throws -> PhasePlan {
        let phase = phases[index]
        use(modelOf: index)
        let resolution = try arrange(phase)
        let stepsPerEpoch = phase.updates(ofBatches: batchesPerPass)
        _ = try examples(phase)
        let steps = phase.stepsDone(perEpoch: stepsPerEpoch)
        let schedule = try phase.schedule.resolved(
            totalSteps: phases.scheduleSteps(at: index, perEpoch: stepsPerEpoch), stepsPerEpoch: stepsPerEpoch)
        let step = try step(phase, resolution, schedule)
        keepPictures(phase, stepsPerEpoch: stepsPerEpoch, unless: step.features != nil)
        let evaluator = try validation.map { _ in
            try Evaluator(
                objective, store: store, metrics: metrics, batchSize: batchSize, features: step.features,
                precision: phase.precision)
        }
        let flops = step.plan.graph.flops
        return PhasePlan(
            name: phase.name, precision: phase.precision, trainableParameters: resolution.trainableParameters,
            frozenParameters: resolution.frozenParameters, steps: steps, stepsPerEpoch: stepsPerEpoch,
            forwardFlops: flops.forward + (step.features?.cut.prefix.flops.forward ?? 0), backwardFlops: flops.backward,
            memory: [("data", heldBytes + dataBytes)] + (try memory(of: step, evaluator))
                + kept(by: phase, step, at: index, of: phases.count),
            prefix: try FrozenPrefix(
                objective, resolution,
                inputsChange: !phase.repeatsExamples),
            features: featurePlan(phase, step))
    }

    /// Of the examples. A validation set that is a share of the training data is the same examples.
    private var dataBytes: Int {
        let isShare = validation?.indices != nil
        return training.dataset.heldBytes + (isShare ? 0 : validation?.dataset.heldBytes ?? 0)
    }

    private func memory(of step: TrainingStep, _ evaluator: Evaluator?) throws -> [(name: String, bytes: Int)] {
        let weights = store.bytes
        let plan = step.plan
        let sets = [training] + (validation.map { [$0] } ?? [])
        let frozen = try step.features?.plan()
        return [
            (
                "batches read ahead",
                sets.reduce(0) { $0 + $1.streamBytes(batchSize: batchSize, marked: step.features != nil) }
            ),
            ("weights that train", weights.trainable), ("statistics that move", weights.moving),
            ("frozen weights", weights.frozen), ("gradients", Slab.bytes(step.gradients.count)),
            ("gradients gathered over batches", step.accumulation?.bytes ?? 0),
            ("optimizer slots", step.optimizer.slotBytes),
            ("activations", plan.bytes.activations + plan.constantBytes), ("packed weights", plan.packedBytes),
            ("scratch of the kernels", plan.bytes.scratch),
            ("the frozen part", frozen.map { $0.bytes.activations + $0.bytes.scratch + $0.bytes.constants } ?? 0),
            ("a batch of features", step.features?.batchBytes ?? 0),
            ("evaluation", evaluator?.bytes ?? 0),
        ]
    }

    /// Copies of weights and slots that are held on to.
    private func kept(
        by phase: PhaseConfiguration, _ step: TrainingStep, at index: Int, of count: Int
    ) -> [(name: String, bytes: Int)] {
        let changing = Slab.bytes(store.changingExtent)
        let isLast = index == count - 1
        let best = phase.earlyStopping?.restoreBest == true ? changing + (isLast ? 0 : step.optimizer.slotBytes) : 0
        let average = phase.averageDecay == nil ? 0 : changing
        let weights = store.bytes.trainable + store.bytes.moving + store.bytes.frozen
        let largest = store.specs.values.map { Slab.bytes($0.shape.count) }.max() ?? 0
        return [
            ("averaged weights", average), ("best weights", best),
            ("weights of the phase before", index == 0 ? 0 : weights),
            ("a snapshot, a tensor at a time", largest),
        ]
    }
}

extension ExampleSet {
    /// Bytes of a stream over the examples: batches, which examples, and their order.
    /// - Parameter marked: whether each example says whether its features are kept.
    fileprivate func streamBytes(batchSize: Int, marked: Bool) -> Int {
        let read: any Dataset = marked ? FeatureDataset(dataset, rows: nil) : dataset
        return BatchStream.bytes(read, count: count, batchSize: batchSize) + 2 * count * MemoryLayout<Int>.stride
    }
}

/// The layers from the input on that compute the same for an example in every epoch.
package struct FrozenPrefix: Sendable {
    /// In the order of the calls.
    package let layers: [ParameterPath]
    /// The first layer that does not belong to it, and why; nil where everything does.
    package let end: (layer: ParameterPath, reason: String)?
    /// Floating-point operations of these layers for one example.
    package let flops: Int

    /// - Parameter inputsChange: whether an example is another one in every epoch.
    init(_ objective: Objective, _ resolution: PolicyResolution, inputsChange: Bool = false) throws {
        let builder = GraphBuilder()
        let modes = resolution.modesByPath
        let scope = LayerScope(
            builder: builder, options: TraceOptions(isTraining: true) { modes[$0] ?? .inference })
        let inputs = objective.inputShapes.enumerated().map { builder.input("x\($0.offset)", $0.element.batched(1)) }
        let trace = try objective.model.trace(inputs, in: scope)
        let trainable = resolution.optimizedPaths
        var changing: Set<Int> = []
        var reasons: [ParameterPath: String] = [:]
        for (index, node) in builder.nodes.enumerated() {
            var reason: String?
            switch node.op {
            case .parameter(let path, _) where trainable.contains(path): reason = "\(path) trains"
            case .dropout, .random: reason = "it is random while training"
            case .batchNormTraining: reason = "it normalises by the batch"
            default: break
            }
            if reason == nil, !node.inputs.contains(where: { changing.contains($0.node) }) { continue }
            changing.insert(index)
            if let reason, reasons[node.scope] == nil { reasons[node.scope] = reason }
        }
        if inputsChange {
            flops = 0
            layers = []
            end = trace.calls.first.map { ($0.path, "the examples are other ones in every epoch") }
            return
        }
        let graph = builder.build(outputs: [])
        flops = graph.nodes.indices.lazy.filter { !changing.contains($0) }
            .reduce(0) { $0 + graph.flops(of: graph.nodes[$1]) }
        var layers: [ParameterPath] = []
        var end: (ParameterPath, String)?
        for call in trace.calls {
            if call.outputs.contains(where: { changing.contains($0.node) }) {
                end = end ?? (call.path, reasons[call.path] ?? "what it reads changes")
            } else if !layers.contains(call.path) {
                layers.append(call.path)
            }
        }
        self.layers = layers
        self.end = end
    }
}
