import Tensors

/// Examples that are written in the recipe itself.
package struct InlineSource: Hashable, Sendable {
    /// What is to be learned, for each example.
    package enum Targets: Hashable, Sendable {
        /// Class labels as they are written: names, or numbers as text.
        case labels([String])
        /// The first dimension counts the examples.
        case values(Tensor)
    }

    /// One for each input of the model; the first dimension counts the examples.
    package var inputs: [Tensor]
    package var targets: Targets
    package var classes: ClassRule

    package init(inputs: [Tensor], targets: Targets, classes: ClassRule = .all) {
        precondition(!inputs.isEmpty, "a source has at least one input")
        self.inputs = inputs
        self.targets = targets
        self.classes = classes
    }

    private static let name = "the inline data"

    func open() throws -> OpenedSource {
        let columns = try inputs.map(InlineSource.column)
        let count = columns[0].count
        guard columns.allSatisfy({ $0.count == count }) else {
            let other = columns.first { $0.count != count }!.count
            throw ArrayError.counts(
                inputs: InlineSource.name, inputCount: count, targets: "another input", targetCount: other)
        }
        guard count > 0 else { throw ClassError.none(source: InlineSource.name) }
        return OpenedSource(dataset: try dataset(columns, count: count))
    }

    private func dataset(_ columns: [ArrayColumn], count: Int) throws -> ArrayDataset {
        let found: Int
        switch targets {
        case .labels(let labels): found = labels.count
        case .values(let tensor): found = tensor.shape.rank == 0 ? 1 : tensor.shape[0]
        }
        guard found == count else {
            throw ArrayError.counts(
                inputs: InlineSource.name, inputCount: count, targets: "its target list", targetCount: found)
        }
        switch targets {
        case .values(let tensor):
            return ArrayDataset(inputs: columns, targets: .values(try InlineSource.column(tensor)))
        case .labels(let labels):
            let numbers = labels.compactMap { Int($0) }
            let numbered =
                numbers.count == labels.count
                ? try classes.number(numbers, source: InlineSource.name)
                : try classes.number(labels, source: InlineSource.name) { "example \($0)" }
            return ArrayDataset(
                inputs: columns, targets: .classes(labels: numbered.labels, names: numbered.names), rows: numbered.rows)
        }
    }

    private static func column(_ tensor: Tensor) throws -> ArrayColumn {
        guard tensor.shape.rank >= 1 else { throw ArrayError.scalar(source: name) }
        guard tensor.values.allSatisfy(\.isFinite) else { throw ArrayError.notFinite(source: name, example: "a list") }
        return try ArrayColumn(tensor.values, exampleShape: tensor.shape.droppingFirst)
    }
}
