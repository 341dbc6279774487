import Tensors

/// Some examples of a dataset, in an order of their own.
package struct Subset: Dataset {
    private let base: any Dataset
    private let indices: [Int]

    package var count: Int { indices.count }
    package var inputShapes: [Shape] { base.inputShapes }
    package var target: TargetKind { base.target }

    /// - Precondition: the indices lie in the dataset.
    package init(_ base: any Dataset, indices: [Int]) {
        precondition(indices.allSatisfy { $0 >= 0 && $0 < base.count }, "an index outside of the dataset")
        self.base = base
        self.indices = indices
    }

    package func read(
        _ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try base.read(indices[index], inputs: inputs, target: target) }

    package func read(
        _ index: Int, epoch: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try base.read(indices[index], epoch: epoch, inputs: inputs, target: target) }

    /// The same examples of another dataset of the same length.
    func replacingBase(_ change: (any Dataset) throws -> any Dataset) rethrows -> Subset {
        Subset(try change(base), indices: indices)
    }

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) throws {
        try base.readTarget(indices[index], target)
    }

    package func fingerprint(of index: Int) throws -> UInt64 { try base.fingerprint(of: indices[index]) }

    package var heldBytes: Int { base.heldBytes + indices.count * MemoryLayout<Int>.stride }

    package func keepPictures(upTo bytes: Int) { base.keepPictures(upTo: bytes) }

    package func name(of index: Int) -> String { base.name(of: indices[index]) }
}
