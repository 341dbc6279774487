import CKernels
import Tensors

/// Reductions over some axes, in chunks of a fixed size: the bits do not depend on the thread count.
package enum Reduce {
    /// y = the sum, mean or maximum of x over the plan's axes. The maximum is NaN where there is one.
    package static func run(_ kind: Reduction, _ x: FloatInput, into y: FloatOutput, plan: ReductionPlan) {
        if let apart = plan.apart {
            ck_reduce_apart(
                kind.code, x, y, Int32(apart.kept.dimensions.count), apart.kept.dimensions, apart.kept.strides[0],
                Int32(apart.reduced.dimensions.count), apart.reduced.dimensions, apart.reduced.strides[0])
        } else {
            ck_reduce(kind.code, x, y, plan.outer, plan.reduced, plan.inner)
        }
    }

    /// The inverse of a sum: y = scale · x, repeated along the plan's axes.
    package static func expand(_ x: FloatInput, into y: FloatOutput, plan: ReductionPlan, scale: Float) {
        withUnsafePointer(to: scale) {
            Elementwise.binary(.multiply, x, $0, into: y, plan: plan.expansion)
        }
    }

    /// Σx², in double.
    package static func sumOfSquares(_ x: FloatInput, count: Int) -> Double { ck_sum_of_squares(x, count) }
}

/// A reduction of an array over some of its axes, worked out once.
package struct ReductionPlan: Sendable {
    /// Adjacent axes: (outer, reduced, inner) → (outer, inner).
    let outer: Int
    let reduced: Int
    let inner: Int
    /// The kept and the reduced axes, where kept ones lie between reduced ones.
    let apart: (kept: StridedRuns, reduced: StridedRuns)?
    let expansion: BroadcastPlan

    /// - Parameter axes: from 0; in any order.
    package init(input: Shape, axes: [Int]) {
        let isReduced = (0..<input.rank).map(axes.contains)
        let keptShape = Shape(zip(input.dimensions, isReduced).map { $1 ? 1 : $0 })
        let expanded = zip(keptShape.strides, isReduced).map { $1 ? 0 : $0 }
        expansion = BroadcastPlan(input, stridesA: expanded, stridesB: Array(repeating: 0, count: input.rank))

        let wide = (0..<input.rank).filter { isReduced[$0] && input[$0] != 1 }
        guard let first = wide.first, let last = wide.last else {
            (outer, reduced, inner, apart) = (1, 1, input.count, nil)
            return
        }
        outer = input.dimensions[..<first].reduce(1, *)
        reduced = wide.reduce(1) { $0 * input[$1] }
        inner = input.dimensions[(last + 1)...].reduce(1, *)
        guard (first...last).contains(where: { !isReduced[$0] && input[$0] != 1 }) else {
            apart = nil
            return
        }
        func runs(_ axes: [Int]) -> StridedRuns {
            StridedRuns(dimensions: axes.map { input[$0] }, strides: [axes.map { input.strides[$0] }])
        }
        apart = (runs((0..<input.rank).filter { !isReduced[$0] }), runs(wide))
    }
}

extension Reduction {
    fileprivate var code: ck_reduction {
        switch self {
        case .sum: CK_SUM
        case .mean: CK_MEAN
        case .maximum: CK_MAX
        }
    }
}
