import Checkpoints
import Tensors

/// Inputs and targets as arrays in `.npy`, `.npz`, `.h5` or `.safetensors` files; the first dimension counts the examples.
package struct ArraySource: Hashable, Sendable {
    /// An array in a file.
    package struct Reference: Hashable, Sendable, CustomStringConvertible {
        package var path: String
        /// Its name in the file; not needed where the file holds one array only.
        package var name: String?

        package init(path: String, name: String? = nil) {
            self.path = path
            self.name = name
        }

        package var description: String { name.map { "\(path) (\"\($0)\")" } ?? path }
    }

    /// One for each input of the model, in its order.
    package var inputs: [Reference]
    /// One for each output of the model that is trained, in its order.
    package var targets: [Reference]
    package var classes: ClassRule
    package var form: TargetForm

    package init(
        inputs: [Reference], targets: Reference, classes: ClassRule = .all, form: TargetForm = .automatic
    ) {
        self.init(inputs: inputs, targets: [targets], classes: classes, form: form)
    }

    /// - Parameter targets: several are numbers as they are stored: class indices, where a loss takes those.
    package init(inputs: [Reference], targets: [Reference], classes: ClassRule = .all, form: TargetForm = .automatic) {
        precondition(!inputs.isEmpty && !targets.isEmpty, "a source has at least one input and one target")
        self.inputs = inputs
        self.targets = targets
        self.classes = classes
        self.form = form
    }

    func open() throws -> OpenedSource {
        var opened: [String: Checkpoint] = [:]
        func column(_ reference: Reference) throws -> ArrayColumn {
            let file = try opened[reference.path] ?? Checkpoint(path: reference.path)
            opened[reference.path] = file
            return try ArrayColumn(file.array(reference.name), source: reference.description)
        }
        let columns = try inputs.map(column)
        for (reference, other) in zip(inputs, columns).dropFirst() where other.count != columns[0].count {
            throw ArrayError.inputCounts(
                first: inputs[0].description, count: columns[0].count, other: reference.description,
                otherCount: other.count)
        }
        if targets.count > 1 { return OpenedSource(dataset: try several(columns, column)) }
        let dataset = try ArrayDataset(
            inputs: columns, inputSource: inputs[0].description, targets: column(targets[0]),
            targetSource: targets[0].description, form: form, classes: classes)
        return OpenedSource(dataset: dataset)
    }

    private func several(_ inputs: [ArrayColumn], _ column: (Reference) throws -> ArrayColumn) throws -> ArrayDataset {
        guard case .all = classes, form != .classes else {
            throw ArrayError.classesOfSeveral(source: targets[0].description)
        }
        guard inputs[0].count > 0 else { throw ClassError.none(source: self.inputs[0].description) }
        let columns = try targets.map(column)
        for (reference, other) in zip(targets, columns) where other.count != inputs[0].count {
            throw ArrayError.counts(
                inputs: self.inputs[0].description, inputCount: inputs[0].count, targets: reference.description,
                targetCount: other.count)
        }
        return ArrayDataset(inputs: inputs, targets: .joined(columns))
    }
}

extension Checkpoint {
    /// The array called `name`, or the only one where no name is given.
    /// - Throws: `ArrayError.missingArray`, `ArrayError.unnamed`.
    func array(_ name: String?) throws -> StoredTensor {
        guard let name else {
            guard tensors.count == 1, let only = tensors.values.first else {
                throw ArrayError.unnamed(source: path, present: Array(tensors.keys))
            }
            return only
        }
        guard let tensor = tensors[name] else {
            throw ArrayError.missingArray(source: path, name: name, present: Array(tensors.keys))
        }
        return tensor
    }
}
