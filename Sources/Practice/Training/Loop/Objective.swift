import Data
import Graph
import Layers
import Tensors

/// A model, the loss it is held to, and what the data's targets are: everything that decides a graph but the policy.
package struct Objective: Sendable {
    package let model: Model
    package let inputShapes: [Shape]
    package let target: TargetKind
    /// As asked, or its equivalent for class indices.
    package let loss: Loss

    /// - Throws: `ModelError` for a model of several outputs.
    package init(model: Model, inputShapes: [Shape], target: TargetKind, loss: Loss) throws {
        guard model.outputs.count == 1 else {
            throw ModelError("model \"\(model.name)\" has \(model.outputs.count) outputs; training takes one for now")
        }
        self.model = model
        self.inputShapes = inputShapes
        self.target = target
        var loss = loss
        // One-hot targets of a class index give the same numbers as the index itself.
        if target.classNames != nil, loss.kind == .categoricalCrossEntropy {
            loss.kind = .sparseCategoricalCrossEntropy
        }
        self.loss = loss
    }

    /// The shape of a batch's targets as the data gives them.
    private func targetShape(_ batch: Int) -> Shape {
        switch target {
        case .classes: [batch]
        case .values(let shape): shape.batched(batch)
        }
    }

    /// Emits the loss of every example of a batch, (batch,).
    private func losses(_ output: Value, batch: Int, in builder: GraphBuilder) throws -> Value {
        let target = builder.input("target", targetShape(batch))
        let expected = loss.targetShape(output: builder.shape(of: output))
        guard expected.count == builder.shape(of: target).count else {
            throw mismatch(output: builder.shape(of: output).droppingFirst, expected: expected.droppingFirst)
        }
        return try loss(output, target: builder.reshape(target, expected), in: builder)
    }

    private func mismatch(output: Shape, expected: Shape) -> ModelError {
        let found =
            switch target {
            case .classes(let names): "the number of one of \(names.count) classes"
            case .values(let shape): "\(shape)"
            }
        return ModelError(
            "the model gives \(output) for an example, and its loss needs a target of \(expected), "
                + "but a target of the data is \(found)")
    }

    /// The graph of a training step.
    ///
    /// Results: `loss`, the mean over the batch weighted by the input `weights`, plus the penalties of what trains and
    /// what layers add; one gradient for each of `trainable` that the loss depends on; updates of the moving statistics.
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
        let losses = try losses(trace.outputs[0], batch: batch, in: builder)
        var total = builder.divide(
            builder.sumAll(builder.multiply(losses, weights)), builder.sumAll(weights))
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
        return builder.build(outputs: [GraphOutput(.result("loss"), total)] + gradientOutputs + scope.updates)
    }

    /// The graph of an evaluation. Results: `predictions`, and `losses` of the batch's examples where `withLoss`.
    /// - Throws: `ModelError`, `LayerError`.
    package func evaluationGraph(batch: Int, withLoss: Bool = true) throws -> Graph {
        let builder = GraphBuilder()
        let scope = LayerScope(builder: builder, options: .inference)
        let trace = try model.trace(inputs(batch, in: builder), in: scope)
        var outputs = [GraphOutput(.result("predictions"), trace.outputs[0])]
        if withLoss {
            builder.scope = "loss"
            outputs.append(GraphOutput(.result("losses"), try losses(trace.outputs[0], batch: batch, in: builder)))
        }
        return builder.build(outputs: outputs)
    }

    private func inputs(_ batch: Int, in builder: GraphBuilder) -> [Value] {
        inputShapes.enumerated().map { builder.input("x\($0.offset)", $0.element.batched(batch)) }
    }

    /// How metrics read a row of predictions and targets.
    package func predictionFormat(width: Int) -> PredictionFormat {
        let isCategorical = loss.kind == .categoricalCrossEntropy || loss.kind == .sparseCategoricalCrossEntropy
        let targets: PredictionFormat.Targets =
            switch target {
            case .classes: .classIndex
            case .values: isCategorical ? .oneHot : loss.kind == .binaryCrossEntropy ? .binary : .values
            }
        return PredictionFormat(
            width: width, targets: targets, scores: loss.fromLogits == true ? .logits : .probabilities)
    }
}
