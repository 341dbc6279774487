import Tensors

/// Examples that lie in memory or in mapped files, input by input.
package struct ArrayDataset: Dataset {
    /// What is to be learned, for every row of the columns.
    package enum Targets: Sendable {
        case classes(labels: [Int32], names: [String])
        case values(ArrayColumn)
        /// Of several outputs: their numbers one behind the other.
        case joined([ArrayColumn])
        case none
    }

    private let inputs: [ArrayColumn]
    private let targets: Targets
    /// Which rows are examples; all of them where nil.
    private let rows: [Int]?
    private let rowNames: RowNames
    package let inputShapes: [Shape]
    package let target: TargetKind
    package let count: Int

    /// How a row is called in messages.
    enum RowNames: Sendable {
        case numbered
        case lines([Int])
    }

    /// - Precondition: all columns and targets have as many rows.
    init(inputs: [ArrayColumn], targets: Targets, rows: [Int]? = nil, rowNames: RowNames = .numbered) {
        self.inputs = inputs
        self.targets = targets
        self.rows = rows
        self.rowNames = rowNames
        inputShapes = inputs.map(\.exampleShape)
        let total = inputs.first?.count ?? 0
        precondition(inputs.allSatisfy { $0.count == total }, "columns of different lengths")
        switch targets {
        case .classes(let labels, let names):
            precondition(labels.count == total, "labels of another length")
            target = .classes(names)
        case .values(let column):
            precondition(column.count == total, "targets of another length")
            target = .values(column.exampleShape)
        case .joined(let columns):
            precondition(columns.allSatisfy { $0.count == total }, "targets of another length")
            target = .values([columns.reduce(0) { $0 + $1.exampleShape.count }])
        case .none: target = .none
        }
        count = rows?.count ?? total
    }

    package var heldBytes: Int {
        let known = inputs.reduce((rows?.count ?? 0) * MemoryLayout<Int>.stride) { $0 + $1.heldBytes }
        switch targets {
        case .classes(let labels, _): return known + labels.count * MemoryLayout<Int32>.stride
        case .values(let column): return known + column.heldBytes
        case .joined(let columns): return columns.reduce(known) { $0 + $1.heldBytes }
        case .none: return known
        }
    }

    private func row(_ index: Int) -> Int { rows?[index] ?? index }

    package func read(
        _ index: Int, inputs pointers: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) {
        let row = row(index)
        for i in inputs.indices { inputs[i].read(row, to: pointers[i]) }
        readTarget(index, target)
    }

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) {
        switch targets {
        case .classes(let labels, _): target.pointee = Float(labels[row(index)])
        case .values(let column): column.read(row(index), to: target)
        case .joined(let columns):
            var target = target
            for column in columns {
                column.read(row(index), to: target)
                target += column.exampleShape.count
            }
        case .none: break
        }
    }

    package func fingerprint(of index: Int) -> UInt64 {
        var hash = ExampleHash()
        for input in inputs { hash.combine(input.bytes(of: row(index))) }
        return hash.value
    }

    package func name(of index: Int) -> String {
        switch rowNames {
        case .numbered: "example \(row(index))"
        case .lines(let lines): "line \(lines[row(index)])"
        }
    }
}
