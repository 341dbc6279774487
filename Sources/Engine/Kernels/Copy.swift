import CKernels
import Tensors

/// Copies between strided layouts: transposes, slices, paddings, concatenations.
package enum Copy {
    package static func run(_ x: FloatInput, into y: FloatOutput, plan: CopyPlan, precision: Precision = .float32) {
        guard plan.count > 0 else { return }
        let size = precision.dataType.size
        ck_copy(
            UnsafeRawPointer(x) + plan.sourceOffset * size, UnsafeMutableRawPointer(y) + plan.destinationOffset * size,
            Int32(size), plan.rank, plan.dimensions, plan.sourceStrides,
            plan.destinationStrides)
    }
}

/// A copy of an array of `shape`, offsets and strides in elements, worked out once.
package struct CopyPlan: Sendable {
    let count: Int
    let rank: Int32
    let dimensions: [Int64]
    let sourceOffset: Int
    let sourceStrides: [Int64]
    let destinationOffset: Int
    let destinationStrides: [Int64]

    package init(
        shape: Shape, sourceOffset: Int, sourceStrides: [Int], destinationOffset: Int, destinationStrides: [Int]
    ) {
        count = shape.count
        let runs = StridedRuns(dimensions: shape.dimensions, strides: [sourceStrides, destinationStrides])
        rank = Int32(runs.dimensions.count)
        dimensions = runs.dimensions
        self.sourceOffset = sourceOffset
        self.sourceStrides = runs.strides[0]
        self.destinationOffset = destinationOffset
        self.destinationStrides = runs.strides[1]
    }
}
