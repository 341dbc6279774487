import Data
import Layers
import OrderedCollections
import Tensors

/// How much the examples of each class count in a loss.
package enum ClassWeights: Hashable, Sendable {
    /// n / (classes · n_c), n_c examples of n being of the class: all classes count alike, and the mean weight is 1. A class
    /// without examples counts 1.
    case balanced
    /// By the name of a class or, where none is called so, its number from 0; 1 where nothing is said.
    case given(OrderedDictionary<String, Double>)
}

/// Weights for classes that are not there.
package struct ClassWeightsError: DescriptionFault, Hashable, CustomStringConvertible {
    package let name: String
    package let known: [String]
    package let classes: Int

    package var description: String {
        let list =
            known.isEmpty
            ? "numbers from 0 to \(classes - 1)" : known.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        return "\"class_weights\" names the class \"\(name)\", which is not there; the classes are \(list)"
    }
}

extension Objective {
    /// This objective with weights for the classes of its outputs.
    /// - Parameters:
    ///   - weights: by the names of outputs; under the empty name for a single one.
    ///   - examples: those of training, whose classes are counted where weights are balanced.
    ///   - outputShapes: of the model, for one example.
    /// - Throws: `ClassWeightsError`; what reading targets throws.
    package func weighting(
        _ weights: OrderedDictionary<String, ClassWeights>, examples: ExampleSet, outputShapes: [Shape]
    ) throws -> Objective {
        guard !weights.isEmpty else { return self }
        let places = targetPlaces(outputShapes: outputShapes)
        let weighted = try zip(parts, places).map { part, place in
            guard let rule = weights[part.name] ?? weights[""] else { return part }
            var loss = part.loss
            let classes = loss.kind == .binaryCrossEntropy ? 2 : outputShapes[part.output][-1]
            switch rule {
            case .given(let given): loss.classWeights = try numbered(given, classes: classes)
            case .balanced:
                let counts = try counts(of: part, at: place, classes: classes, in: examples)
                let (all, present) = (counts.reduce(0, +), Double(counts.count { $0 > 0 }))
                loss.classWeights = counts.map { $0 > 0 ? Float(all / (present * $0)) : 1 }
            }
            return ObjectivePart(output: part.output, name: part.name, loss: loss, weight: part.weight)
        }
        return Objective(self, target: target, parts: weighted)
    }

    /// Where the targets of each part lie among those of an example.
    private func targetPlaces(outputShapes: [Shape]) -> [Range<Int>] {
        var offset = 0
        return parts.map { part in
            let count = part.loss.targetShape(output: outputShapes[part.output].batched(1)).count
            defer { offset += count }
            return offset..<offset + count
        }
    }

    private func numbered(_ given: OrderedDictionary<String, Double>, classes: Int) throws -> [Float] {
        let names = target.classNames ?? []
        var weights = [Float](repeating: 1, count: classes)
        for (name, weight) in given {
            guard let index = names.firstIndex(of: name) ?? Int(name), weights.indices.contains(index) else {
                throw ClassWeightsError(name: name, known: names, classes: classes)
            }
            weights[index] = Float(weight)
        }
        return weights
    }

    /// How often each class occurs; a distribution counts by its shares.
    private func counts(
        of part: ObjectivePart, at place: Range<Int>, classes: Int, in examples: ExampleSet
    ) throws -> [Double] {
        var counts = [Double](repeating: 0, count: classes)
        try forEachTarget(of: examples) { row in
            for (offset, value) in row[place].enumerated() {
                switch part.loss.kind {
                case .sparseCategoricalCrossEntropy:
                    if let index = Int(exactly: value), counts.indices.contains(index) { counts[index] += 1 }
                case .binaryCrossEntropy:
                    counts[0] += 1 - Double(value)
                    counts[1] += Double(value)
                default: counts[offset % classes] += Double(value)
                }
            }
        }
        return counts
    }

    private func forEachTarget(of examples: ExampleSet, _ body: (UnsafeBufferPointer<Float>) -> Void) throws {
        var row = [Float](repeating: 0, count: max(examples.dataset.target.count, 1))
        for index in examples.indices ?? Array(0..<examples.count) {
            try row.withUnsafeMutableBufferPointer { try examples.dataset.readTarget(index, $0.baseAddress!) }
            row.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[0..<$0.count])) }
        }
    }

    /// The class of each example, where an example has one: for `Sampling.balanced`.
    package func classLabels(of examples: ExampleSet, outputShapes: [Shape]) throws -> [Int]? {
        guard parts.count == 1, let place = targetPlaces(outputShapes: outputShapes).first else { return nil }
        let kind = parts[0].loss.kind
        let isIndex = target.classNames != nil || (place.count == 1 && kind != .categoricalCrossEntropy)
        guard isIndex || kind == .categoricalCrossEntropy, !parts[0].loss.isRegression else { return nil }
        var labels: [Int] = []
        try forEachTarget(of: examples) { row in
            if isIndex {
                labels.append(max(0, Int(row[0].rounded())))
            } else {
                labels.append(row.indices.max { row[$0] < row[$1] } ?? 0)
            }
        }
        return labels
    }
}

extension Loss {
    /// Whether it compares numbers rather than classes.
    package var isRegression: Bool {
        switch kind {
        case .meanSquaredError, .meanAbsoluteError, .huber: true
        case .binaryCrossEntropy, .categoricalCrossEntropy, .sparseCategoricalCrossEntropy: false
        }
    }
}
