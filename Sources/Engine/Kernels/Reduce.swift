import CKernels
import Tensors

/// Reductions over some axes, in chunks of a fixed size: the bits do not depend on the thread count.
package enum Reduce {
    /// y = the sum, mean or maximum of x over the plan's axes.
    package static func run(_ kind: Reduction, _ x: FloatInput, into y: FloatOutput, plan: ReductionPlan) {
        let code: ck_reduction =
            switch kind {
            case .sum: CK_SUM
            case .mean: CK_MEAN
            case .maximum: CK_MAX
            }
        ck_reduce(code, x, y, plan.outer, plan.reduced, plan.inner)
    }

    /// The inverse of a sum: y = scale · x, repeated along the plan's axes.
    package static func expand(_ x: FloatInput, into y: FloatOutput, plan: ReductionPlan, scale: Float) {
        ck_expand(x, y, plan.outer, plan.reduced, plan.inner, scale)
    }

    package static func sumOfSquares(_ x: FloatInput, count: Int) -> Double { ck_sum_of_squares(x, count) }
}

/// A reduction over adjacent axes: (outer, reduced, inner) → (outer, inner).
package struct ReductionPlan: Sendable {
    let outer: Int
    let reduced: Int
    let inner: Int

    /// - Precondition: the axes are adjacent, or apart only by axes of extent 1.
    package init(input: Shape, axes: [Int]) {
        let axes = axes.filter { input[$0] != 1 }
        guard let first = axes.first, let last = axes.last else {
            (outer, reduced, inner) = (1, 1, input.count)
            return
        }
        let between = (first...last).filter { !axes.contains($0) && input[$0] != 1 }
        precondition(between.isEmpty, "a reduction over axes that are apart takes two")
        outer = input.dimensions[..<first].reduce(1, *)
        reduced = input.dimensions[first...last].reduce(1, *)
        inner = input.dimensions[(last + 1)...].reduce(1, *)
    }
}
