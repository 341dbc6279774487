import Tensors

extension ArrayDataset {
    /// Joins inputs and targets that were stored apart.
    /// - Throws: `ArrayError` for other counts, `ClassError`.
    init(
        inputs: [ArrayColumn], inputSource: String, targets column: ArrayColumn, targetSource: String,
        form: TargetForm, classes: ClassRule
    ) throws {
        let count = inputs.first?.count ?? 0
        guard column.count == count else {
            throw ArrayError.counts(
                inputs: inputSource, inputCount: count, targets: targetSource, targetCount: column.count)
        }
        guard count > 0 else { throw ClassError.none(source: inputSource) }
        let isLabel = column.exampleShape.count == 1
        let isClass: Bool
        switch form {
        case .values: isClass = false
        case .automatic: isClass = isLabel && !column.dataType.isFloatingPoint
        case .classes: isClass = true
        }
        guard isClass else {
            guard case .all = classes else {
                throw ArrayError.classesOfValues(
                    source: targetSource, shape: column.exampleShape, type: column.dataType)
            }
            self.init(inputs: inputs, targets: .values(column))
            return
        }
        guard isLabel else { throw ArrayError.labelShape(source: targetSource, shape: column.exampleShape) }
        let values = try (0..<count).map { row in
            guard let value = column.integer(row) else {
                throw ClassError.notWhole(source: targetSource, example: "example \(row)")
            }
            return value
        }
        let numbered = try classes.number(values, source: targetSource)
        self.init(
            inputs: inputs, targets: .classes(labels: numbered.labels, names: numbered.names), rows: numbered.rows)
    }
}

/// Arrays that do not go together.
package enum ArrayError: DescriptionFault, Hashable, CustomStringConvertible {
    case counts(inputs: String, inputCount: Int, targets: String, targetCount: Int)
    case inputCounts(first: String, count: Int, other: String, otherCount: Int)
    case classesOfSeveral(source: String)
    case labelShape(source: String, shape: Shape)
    case classesOfValues(source: String, shape: Shape, type: DataType)
    case scalar(source: String)
    case ragged(source: String)
    case missingArray(source: String, name: String, present: [String])
    case unnamed(source: String, present: [String])
    case notFinite(source: String, example: String)

    package var description: String {
        switch self {
        case .counts(let inputs, let inputCount, let targets, let targetCount):
            "\(inputs) holds \(inputCount) examples, but \(targets) holds \(targetCount) targets; they must be as many"
        case .inputCounts(let first, let count, let other, let otherCount):
            "\(first) holds \(count) examples, but \(other) holds \(otherCount); inputs must be as many"
        case .classesOfSeveral(let source):
            "\(source) is one of several targets, which are numbers as they are stored: leave \"classes\" out, and "
                + "\"target_type\" too"
        case .labelShape(let source, let shape):
            "\(source): class labels are one whole number per example, and here each target has the shape \(shape); "
                + "take them as values (for one-hot targets: categorical_crossentropy)"
        case .classesOfValues(let source, let shape, let type):
            "\(source): \"classes\" selects by whole-number labels, and here each target is \(shape) of \(type.rawValue)"
        case .scalar(let source): "\(source) is a single number; the first dimension must count the examples"
        case .ragged(let source): "\(source): the lists are not all of the same length, so they make no array"
        case .missingArray(let source, let name, let present):
            "\(source) has no array \"\(name)\"; it holds \(present.map { "\"\($0)\"" }.joined(separator: ", "))"
        case .unnamed(let source, let present):
            "\(source) holds \(present.count) arrays, so one must be named: "
                + present.map { "\"\($0)\"" }.joined(separator: ", ")
        case .notFinite(let source, let example): "\(source), \(example): a value is not finite"
        }
    }
}
