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
    package var targets: Reference
    package var classes: ClassRule
    package var form: TargetForm

    package init(
        inputs: [Reference], targets: Reference, classes: ClassRule = .all, form: TargetForm = .automatic
    ) {
        precondition(!inputs.isEmpty, "a source has at least one input")
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
            throw ArrayError.counts(
                inputs: inputs[0].description, inputCount: columns[0].count, targets: reference.description,
                targetCount: other.count)
        }
        let dataset = try ArrayDataset(
            inputs: columns, inputSource: inputs[0].description, targets: column(targets),
            targetSource: targets.description, form: form, classes: classes)
        return OpenedSource(dataset: dataset)
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
