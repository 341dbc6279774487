import Tensors

/// What is worth knowing about data before anything learns from them. None of it is needed to train, so all of it can
/// run beside the first steps.
package enum DataChecks {
    /// How many examples of `other` have an input that also occurs in `reference`, and the first few of them.
    package static func duplicates(
        of reference: any Dataset, examples: [Int]? = nil, in other: any Dataset, otherExamples: [Int]? = nil
    ) throws -> Duplicates {
        let known = Set(try (examples ?? Array(0..<reference.count)).map(reference.fingerprint))
        var duplicates = Duplicates()
        for index in otherExamples ?? Array(0..<other.count) where known.contains(try other.fingerprint(of: index)) {
            duplicates.count += 1
            if duplicates.names.count < 3 { duplicates.names.append(other.name(of: index)) }
        }
        return duplicates
    }

    /// Examples per class, in the order of the classes.
    /// - Precondition: the target is a class.
    package static func histogram(_ dataset: any Dataset, examples: [Int]? = nil) throws -> [Int] {
        var counts = [Int](repeating: 0, count: dataset.target.classNames?.count ?? 0)
        let labels = try dataset.classIndices()
        for index in examples ?? Array(labels.indices) { counts[labels[index]] += 1 }
        return counts
    }

    /// That every label has an output of the model to stand for it.
    /// - Throws: `LabelRangeError`.
    package static func labels(of dataset: any Dataset, fit outputs: Int) throws {
        guard dataset.target.classNames != nil else { return }
        for (index, label) in try dataset.classIndices().enumerated() where label >= outputs {
            throw LabelRangeError(example: dataset.name(of: index), label: label, outputs: outputs)
        }
    }
}

/// Inputs that occur twice.
package struct Duplicates: Hashable, Sendable {
    package var count = 0
    /// The first few, as messages call them.
    package var names: [String] = []

    /// A sentence, or nil where there are none.
    package func warning(reference: String, other: String) -> String? {
        guard count > 0 else { return nil }
        return
            "\(count) \(count == 1 ? "example" : "examples") of the \(other) data also \(count == 1 ? "occurs" : "occur") "
            + "in the \(reference) data (such as \(names.joined(separator: ", "))); what is measured on them flatters the model"
    }
}

/// A label for which the model has no output.
package struct LabelRangeError: Error, Hashable, CustomStringConvertible {
    package let example: String
    package let label: Int
    package let outputs: Int

    package var description: String {
        "\(example) has the label \(label), and the model has \(outputs) outputs, for labels 0 to \(outputs - 1)"
    }
}
