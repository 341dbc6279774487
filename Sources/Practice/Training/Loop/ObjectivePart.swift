import Data
import Graph
import Layers
import OrderedCollections
import Tensors

/// One output of a model and the loss it is held to.
package struct ObjectivePart: Sendable, Hashable {
    /// Which of the model's outputs.
    package let output: Int
    /// As losses and metrics name it: the layer it comes from.
    package let name: String
    /// As asked, or its equivalent for class indices.
    package let loss: Loss
    /// Times its loss in the sum.
    package let weight: Float

    /// One for each output that has a loss, in the model's order.
    /// - Throws: `ModelError` for losses that do not go with the outputs.
    static func parts(of model: Model, _ losses: OutputLosses) throws -> [ObjectivePart] {
        let names = outputNames(of: model)
        func list(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
        let named = losses.losses.keys.filter { !$0.isEmpty } + losses.weights.keys.sorted()
        for name in named where !names.contains(name) {
            throw ModelError("model \"\(model.name)\" has no output \"\(name)\"; its outputs are \(list(names))")
        }
        if let loss = losses.losses[""] {
            guard names.count == 1 else {
                let example = names.map { "\"\($0)\": …" }.joined(separator: ", ")
                throw ModelError(
                    "model \"\(model.name)\" has \(names.count) outputs: \(list(names)); give each that is to be "
                        + "trained a loss: { \(example) }")
            }
            return [ObjectivePart(output: 0, name: names[0], loss: loss, weight: losses.weights[names[0]] ?? 1)]
        }
        return names.enumerated().compactMap { index, name in
            losses.losses[name].map {
                ObjectivePart(output: index, name: name, loss: $0, weight: losses.weights[name] ?? 1)
            }
        }
    }

    /// What a model's outputs are called: the layers they come from; those that come from one layer are numbered.
    package static func outputNames(of model: Model) -> [String] {
        var counts: [String: Int] = [:]
        return model.outputs.map { reference in
            let count = counts[reference.layer, default: 0]
            counts[reference.layer] = count + 1
            return count == 0 ? reference.layer : "\(reference.layer)_\(count)"
        }
    }

    /// How metrics read predictions and targets. Where an output holds a class at each of several places (the words of a
    /// sequence, the pixels of a picture), every place is a row.
    /// - Parameter shape: of the output, for one example.
    package func predictionFormat(_ shape: Shape, target: TargetKind) -> PredictionFormat {
        let targets: PredictionFormat.Targets =
            switch (target, loss.kind) {
            case (.classes, _), (_, .sparseCategoricalCrossEntropy): .classIndex
            case (_, .categoricalCrossEntropy): .oneHot
            case (_, .binaryCrossEntropy): .binary
            default: .values
            }
        return PredictionFormat(
            width: isCategorical && shape.rank > 1 ? shape[-1] : shape.count, targets: targets,
            scores: loss.fromLogits == true ? .logits : .probabilities)
    }

    private var isCategorical: Bool {
        loss.kind == .categoricalCrossEntropy || loss.kind == .sparseCategoricalCrossEntropy
    }
}

/// Targets that are to be class indices and are not.
package struct ClassIndexError: DescriptionFault, Hashable, CustomStringConvertible {
    package let example: String
    package let output: String
    package let value: Float
    package let classes: Int

    package var description: String {
        "\(example) has the target \(value) for the output \"\(output)\", whose loss takes the number of one of its "
            + "\(classes) classes, from 0 to \(classes - 1)"
    }
}

/// A metric that does not go with an output.
package struct OutputMetricError: Error, CustomStringConvertible {
    package let output: String
    package let error: MetricError
    package var description: String { "output \"\(output)\": \(error)" }
}
