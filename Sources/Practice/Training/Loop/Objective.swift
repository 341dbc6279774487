import Data
import Graph
import Layers
import Tensors

/// A model, the loss it is held to, and what the data's targets are: everything that decides a graph but the policy.
package struct Objective: Sendable {
    package let model: Model
    package let inputShapes: [Shape]
    package let target: TargetKind
    /// The outputs that are held to something, in the model's order; at least one.
    package let parts: [ObjectivePart]

    /// - Throws: `ModelError` for a model of several outputs.
    package init(model: Model, inputShapes: [Shape], target: TargetKind, loss: Loss) throws {
        try self.init(model: model, inputShapes: inputShapes, target: target, losses: OutputLosses(loss))
    }

    /// - Throws: `ModelError` for losses that do not go with the model's outputs or the targets.
    package init(model: Model, inputShapes: [Shape], target: TargetKind, losses: OutputLosses) throws {
        self.model = model
        self.inputShapes = inputShapes
        self.target = target
        var losses = losses
        // One-hot targets of a class index give the same numbers as the index itself.
        if target.classNames != nil, var loss = losses.single, loss.kind == .categoricalCrossEntropy {
            loss.kind = .sparseCategoricalCrossEntropy
            losses = OutputLosses(named: [losses.losses.keys[0]: loss], weights: losses.weights)
        }
        parts = try ObjectivePart.parts(of: model, losses)
        if let names = target.classNames, parts.count > 1 {
            throw ModelError(
                "\(parts.count) outputs are trained, and the targets of the data are one class of \(names.count); give "
                    + "\"targets\" a list with an array for each")
        }
    }

    /// The same model held to other parts.
    init(_ other: Objective, target: TargetKind, parts: [ObjectivePart]) {
        model = other.model
        inputShapes = other.inputShapes
        self.target = target
        self.parts = parts
    }

    /// The loss of the first output that has one.
    package var loss: Loss { parts[0].loss }

    /// The shape of a batch's targets as the data gives them.
    private func targetShape(_ batch: Int) -> Shape {
        switch target {
        case .classes: [batch]
        case .values(let shape): shape.batched(batch)
        }
    }

    /// Emits the losses of every example of a batch, (batch,), one for each part, and what the examples count.
    private func losses(_ outputs: [Value], batch: Int, in builder: GraphBuilder) throws -> [WeightedLosses] {
        let target = builder.input("target", targetShape(batch))
        let shapes = parts.map { builder.shape(of: outputs[$0.output]) }
        let expected = zip(parts, shapes).map { $0.loss.targetShape(output: $1) }
        guard expected.reduce(0, { $0 + $1.count }) == builder.shape(of: target).count else {
            throw mismatch(outputs: shapes.map(\.droppingFirst), expected: expected.map(\.droppingFirst))
        }
        if parts.count == 1 {
            return [
                try parts[0].loss.weighted(
                    outputs[parts[0].output], target: builder.reshape(target, expected[0]), in: builder)
            ]
        }
        // The targets of an example lie one behind the other.
        let rows = builder.reshape(target, [batch, builder.shape(of: target).droppingFirst.count])
        var offset = 0
        return try zip(parts, expected).map { part, shape in
            let count = shape.droppingFirst.count
            let columns = builder.slice(rows, axis: 1, from: offset, count: count)
            offset += count
            return try part.loss.weighted(
                outputs[part.output], target: builder.reshape(columns, shape), in: builder)
        }
    }

    /// Emits the weighted sum of the parts' losses.
    private func sum(_ losses: [Value], in builder: GraphBuilder) -> Value {
        let weighted = zip(parts, losses).map { part, loss in
            part.weight == 1 ? loss : builder.scale(loss, by: part.weight)
        }
        return weighted.dropFirst().reduce(weighted[0]) { builder.add($0, $1) }
    }

    private func mismatch(outputs: [Shape], expected: [Shape]) -> ModelError {
        let found =
            switch target {
            case .classes(let names): "the number of one of \(names.count) classes"
            case .values(let shape): "\(shape)"
            }
        if parts.count == 1 {
            return ModelError(
                "the model gives \(outputs[0]) for an example, and its loss needs a target of \(expected[0]), "
                    + "but a target of the data is \(found)")
        }
        let needs = zip(parts, expected).map { "\($1) for \"\($0.name)\"" }.joined(separator: ", ")
        return ModelError(
            "the losses need targets of \(needs), \(expected.reduce(0) { $0 + $1.count }) numbers in all, "
                + "but a target of the data is \(found)")
    }

    /// The graph of a training step.
    ///
    /// Results: `loss`, the mean over the batch weighted by the input `weights` (and by the classes' weights), plus the
    /// penalties of what trains and what layers add; `weight`, the sum of weights that a single part with class weights was
    /// divided by; one gradient for each of `trainable` that the loss depends on; updates of the moving statistics.
    /// - Throws: `ModelError`, `LayerError`.
    package func trainingGraph(
        batch: Int, trainable: [ParameterPath], batchNormModes: [ParameterPath: BatchNormMode]
    ) throws -> Graph {
        let builder = GraphBuilder()
        let options = TraceOptions(isTraining: true) { batchNormModes[$0] ?? .inference }
        let scope = LayerScope(builder: builder, options: options)
        let trace = try model.trace(inputs(batch, in: builder), in: scope)
        builder.scope = "loss"
        let weights = builder.input("weights", [batch])
        let losses = try losses(trace.outputs, batch: batch, in: builder)
        var (total, count) = mean(losses, weights: weights, in: builder)
        for path in trainable {
            guard let spec = scope.parameters[path], let regularizer = spec.regularizer else { continue }
            if let penalty = regularizer.penalty(of: builder.parameter(path, spec.shape), in: builder) {
                total = builder.add(total, penalty)
            }
        }
        // Padding counts as little here as in the loss; the weights of real examples do not.
        let isReal = builder.unary(.sign, weights)
        for extra in scope.losses {
            let sum = builder.sumAll(builder.multiply(extra, isReal))
            total = builder.add(total, builder.divide(sum, builder.sumAll(isReal)))
        }
        let parameters = trainable.map { builder.parameter($0, scope.parameters[$0]!.shape) }
        let gradients = builder.gradients(of: total, withRespectTo: parameters)
        let gradientOutputs = zip(trainable, gradients).compactMap { path, value in
            value.map { GraphOutput(.gradient(path), $0) }
        }
        let results = [GraphOutput(.result("loss"), total)] + (count.map { [GraphOutput(.result("weight"), $0)] } ?? [])
        return builder.build(outputs: results + gradientOutputs + scope.updates)
    }

    /// Emits the weighted mean of a batch's losses, and the sum of weights where it is not that of the examples.
    private func mean(
        _ losses: [WeightedLosses], weights: Value, in builder: GraphBuilder
    ) -> (loss: Value, weight: Value?) {
        guard losses.contains(where: { $0.weights != nil }) else {
            let losses = sum(losses.map(\.losses), in: builder)
            let mean = builder.divide(builder.sumAll(builder.multiply(losses, weights)), builder.sumAll(weights))
            return (mean, nil)
        }
        let counts = losses.map { part in
            builder.sumAll(part.weights.map { builder.multiply($0, weights) } ?? weights)
        }
        let means = zip(losses, counts).map { part, count in
            // A batch of classes that count nothing has a loss of nothing.
            builder.divide(
                builder.sumAll(builder.multiply(part.losses, weights)),
                builder.maximum(count, builder.constant(Float.leastNormalMagnitude)))
        }
        return (sum(means, in: builder), parts.count == 1 ? counts[0] : nil)
    }

    /// The graph of an evaluation. Results: `predictions` of the first part, `predictions1`, … of the others, and where
    /// `withLoss`, `losses` of the batch's examples, with several parts `losses0`, `losses1`, … of each, and where classes
    /// have weights `weights0`, … by which the losses are already multiplied.
    /// - Throws: `ModelError`, `LayerError`.
    package func evaluationGraph(batch: Int, withLoss: Bool = true) throws -> Graph {
        let builder = GraphBuilder()
        let scope = LayerScope(builder: builder, options: .inference)
        let trace = try model.trace(inputs(batch, in: builder), in: scope)
        var outputs = parts.enumerated().map { index, part in
            GraphOutput(.result(Objective.predictions(index)), trace.outputs[part.output])
        }
        if withLoss {
            builder.scope = "loss"
            let losses = try losses(trace.outputs, batch: batch, in: builder)
            outputs.append(GraphOutput(.result("losses"), sum(losses.map(\.losses), in: builder)))
            if parts.count > 1 {
                outputs += losses.enumerated().map { GraphOutput(.result("losses\($0.offset)"), $0.element.losses) }
            }
            outputs += losses.enumerated().compactMap { index, part in
                part.weights.map { GraphOutput(.result("weights\(index)"), $0) }
            }
        }
        return builder.build(outputs: outputs)
    }

    static func predictions(_ part: Int) -> String { part == 0 ? "predictions" : "predictions\(part)" }

    private func inputs(_ batch: Int, in builder: GraphBuilder) -> [Value] {
        inputShapes.enumerated().map { builder.input("x\($0.offset)", $0.element.batched(batch)) }
    }

    // MARK: Metrics

    /// One set of metrics for each part.
    /// - Parameter outputShapes: of the parts, for one example.
    /// - Throws: `MetricError`, for several parts `OutputMetricError`; `ModelError` for an output that is not trained.
    package func metricSets(_ metrics: OutputMetrics, outputShapes: [Shape]) throws -> [MetricSet] {
        for name in metrics.named.keys where !parts.contains(where: { $0.name == name }) {
            let names = parts.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw ModelError("metrics are given for \"\(name)\"; the outputs that have a loss are \(names)")
        }
        return try zip(parts, outputShapes).map { part, shape in
            do {
                return try MetricSet(metrics.of(part.name), format: part.predictionFormat(shape, target: target))
            } catch let error as MetricError {
                if parts.count == 1 { throw error }
                throw OutputMetricError(output: part.name, error: error)
            }
        }
    }

    /// What is kept of an evaluation's predictions, before any example.
    /// - Parameter outputShapes: of the parts, for one example.
    func noPredictions(_ outputShapes: [Shape]) -> KeptPredictions {
        KeptPredictions(
            outputs: zip(parts, outputShapes).map { part, shape in
                KeptPredictions.Output(
                    name: parts.count == 1 ? "output" : part.name, shape: shape,
                    targetShape: part.loss.targetShape(output: shape.batched(1)).droppingFirst,
                    areClasses: target.classNames != nil || part.loss.takesClassIndices,
                    format: part.predictionFormat(shape, target: target))
            })
    }

    /// What an evaluation gives beside the loss, in order; with several parts each its loss and its metrics, with the
    /// output's name in front.
    package func metricNames(_ metrics: OutputMetrics) -> [String] {
        if parts.count == 1 { return metrics.of(parts[0].name).map(\.name) }
        return parts.flatMap { part in
            ["\(part.name)_loss"] + metrics.of(part.name).map { "\(part.name)_\($0.name)" }
        }
    }

    /// That targets which are to be class indices are.
    /// - Parameter outputShapes: of the model, for one example.
    /// - Throws: `ClassIndexError`; what reading an example throws.
    package func checkTargets(of dataset: any Dataset, outputShapes: [Shape]) throws {
        guard target.classNames == nil, parts.contains(where: \.loss.takesClassIndices) else { return }
        let shapes = parts.map { outputShapes[$0.output].batched(1) }
        let counts = zip(parts, shapes).map { $0.loss.targetShape(output: $1).count }
        var row = [Float](repeating: 0, count: max(dataset.target.count, 1))
        guard counts.reduce(0, +) <= row.count else { return }
        for index in 0..<dataset.count {
            try row.withUnsafeMutableBufferPointer { try dataset.readTarget(index, $0.baseAddress!) }
            var offset = 0
            for (part, (shape, count)) in zip(parts, zip(shapes, counts)) {
                defer { offset += count }
                guard part.loss.takesClassIndices else { continue }
                let classes = shape[-1]
                for value in row[offset..<offset + count]
                where !(value >= 0 && value < Float(classes) && value == value.rounded()) {
                    throw ClassIndexError(
                        example: dataset.name(of: index), output: part.name, value: value, classes: classes)
                }
            }
        }
    }
}
