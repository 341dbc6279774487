import Tensors

/// Examples of which it is said whether their features are kept: what is kept is not read or decoded again, and where it lies
/// is brought into memory, for whoever takes the batch to copy from.
///
/// The inputs are those of the examples, then a `FeatureMark`.
package struct FeatureDataset: Dataset {
    private let base: any Dataset
    private let rows: FeatureRows?
    /// Views of each example.
    private let views: Int
    package let inputShapes: [Shape]

    package var count: Int { base.count }
    package var target: TargetKind { base.target }

    /// - Parameter rows: `views` for each example, one behind the other; nil where nothing is kept.
    package init(_ base: any Dataset, rows: FeatureRows?, views: Int = 1) {
        precondition(rows.map { $0.shape.count == base.count * views } ?? true, "rows for another number of examples")
        self.base = base
        self.rows = rows
        self.views = views
        inputShapes = base.inputShapes + [.scalar]
    }

    /// The row of a view of an example.
    package static func row(_ index: Int, view: Int, of views: Int) -> Int { index * views + view }

    package func read(
        _ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws {
        try read(index, view: 0, inputs, target) { try base.read(index, inputs: $0, target: target) }
    }

    package func read(
        _ index: Int, epoch: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws {
        try read(index, view: epoch % views, inputs, target) {
            try base.read(index, epoch: epoch, inputs: $0, target: target)
        }
    }

    private func read(
        _ index: Int, view: Int, _ inputs: [UnsafeMutablePointer<Float>], _ target: UnsafeMutablePointer<Float>,
        _ readExample: ([UnsafeMutablePointer<Float>]) throws -> Void
    ) throws {
        let areThere = rows?.bring(FeatureDataset.row(index, view: view, of: views)) ?? false
        inputs[inputs.count - 1].pointee = FeatureMark(areThere: areThere, view: view).number
        if areThere { return try base.readTarget(index, target) }
        try readExample(Array(inputs.dropLast()))
    }

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) throws {
        try base.readTarget(index, target)
    }

    package func fingerprint(of index: Int) throws -> UInt64 { try base.fingerprint(of: index) }

    package var heldBytes: Int { base.heldBytes }

    package func name(of index: Int) -> String { base.name(of: index) }
}

/// What a batch says of a row: whether its features are there or are to be computed from the example that was read, and which
/// view of the example it is. As a number v for a view that is to be computed, -1 - v for one that is there.
package struct FeatureMark: Hashable, Sendable {
    package let areThere: Bool
    package let view: Int

    init(areThere: Bool, view: Int) {
        self.areThere = areThere
        self.view = view
    }

    package init(_ number: Float) { self.init(areThere: number < 0, view: Int(number < 0 ? -1 - number : number)) }

    var number: Float { areThere ? -1 - Float(view) : Float(view) }
}

/// Training examples that change at random, but only in so many ways: epoch e sees them as epoch e modulo that number would.
package struct ViewedDataset: Dataset {
    private let base: any Dataset
    private let views: Int

    package var count: Int { base.count }
    package var inputShapes: [Shape] { base.inputShapes }
    package var target: TargetKind { base.target }

    package init(_ base: any Dataset, views: Int) {
        precondition(views > 0, "an example has at least one view")
        self.base = base
        self.views = views
    }

    package func read(
        _ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try base.read(index, inputs: inputs, target: target) }

    package func read(
        _ index: Int, epoch: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try base.read(index, epoch: epoch % views, inputs: inputs, target: target) }

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) throws {
        try base.readTarget(index, target)
    }

    package func fingerprint(of index: Int) throws -> UInt64 { try base.fingerprint(of: index) }

    package var heldBytes: Int { base.heldBytes }

    package func name(of index: Int) -> String { base.name(of: index) }
}
