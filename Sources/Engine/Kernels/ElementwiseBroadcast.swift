import CKernels
import Tensors

/// How two shapes broadcast, worked out once.
package struct BroadcastPlan: Sendable {
    let rank: Int32
    let count: Int
    let dimensions: [Int64]
    let stridesA: [Int64]
    let stridesB: [Int64]

    /// - Precondition: the shapes broadcast.
    package init(a: Shape, b: Shape) {
        guard let output = a.broadcast(with: b) else { preconditionFailure("\(a) and \(b) do not broadcast") }
        func strides(_ shape: Shape) -> [Int] {
            let lead = output.rank - shape.rank
            return output.dimensions.indices.map { axis in
                axis < lead || shape[axis - lead] == 1 ? 0 : shape.strides[axis - lead]
            }
        }
        self.init(output, stridesA: strides(a), stridesB: strides(b))
    }

    /// Strides in elements, 0 where an operand repeats.
    init(_ output: Shape, stridesA: [Int], stridesB: [Int]) {
        count = output.count
        let runs = StridedRuns(dimensions: output.dimensions, strides: [stridesA, stridesB])
        rank = Int32(runs.dimensions.count)
        dimensions = runs.dimensions
        self.stridesA = runs.strides[0]
        self.stridesB = runs.strides[1]
    }
}
