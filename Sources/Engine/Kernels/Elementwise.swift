import CKernels
import Tensors

/// Functions of one or two arrays, element by element; of bfloat16 every result is rounded once. The result may be written
/// over an operand of its own size.
package enum Elementwise {
    /// y = f(x)
    package static func unary(
        _ function: UnaryFunction, _ x: FloatInput, into y: FloatOutput, count: Int, precision: Precision = .float32
    ) {
        let (code, coefficients) = function.kernel
        switch precision {
        case .float32: ck_unary(code, coefficients, x, y, count)
        case .bfloat16: ck_unary_half(code, coefficients, half(x), half(y), count)
        }
    }

    /// dx = dy · f′, from y where `gradientUsesOutput`, else from x.
    package static func unaryGradient(
        _ function: UnaryFunction, saved: FloatInput, outputGradient dy: FloatInput, into dx: FloatOutput, count: Int,
        precision: Precision = .float32
    ) {
        let (code, coefficients) = function.kernel
        let usesOutput: Int32 = function.gradientUsesOutput ? 1 : 0
        switch precision {
        case .float32: ck_unary_gradient(code, coefficients, usesOutput, saved, dy, dx, count)
        case .bfloat16: ck_unary_gradient_half(code, coefficients, usesOutput, half(saved), half(dy), half(dx), count)
        }
    }

    /// y = f(a, b), equal shapes.
    package static func binary(
        _ function: BinaryFunction, _ a: FloatInput, _ b: FloatInput, into y: FloatOutput, count: Int,
        precision: Precision = .float32
    ) {
        switch precision {
        case .float32: ck_binary(function.code, a, b, y, count)
        case .bfloat16: ck_binary_half(function.code, half(a), half(b), half(y), count)
        }
    }

    /// y = f(a, b), broadcast as the plan says. Only `a` may be written over, and only where it has the result's shape.
    package static func binary(
        _ function: BinaryFunction, _ a: FloatInput, _ b: FloatInput, into y: FloatOutput, plan: BroadcastPlan
    ) {
        guard plan.count > 0 else { return }
        ck_binary_broadcast(function.code, a, b, y, plan.rank, plan.dimensions, plan.stridesA, plan.stridesB)
    }

    /// y = condition ≠ 0 ? a : b; `repeating` tells which of the three are one value for all. y may be a.
    package static func select(
        _ condition: FloatInput, _ a: FloatInput, _ b: FloatInput, into y: FloatOutput, count: Int,
        repeating: (condition: Bool, a: Bool, b: Bool)
    ) {
        ck_select(
            condition, a, b, y, count, repeating.condition ? 0 : 1, repeating.a ? 0 : 1, repeating.b ? 0 : 1)
    }

    /// y = factor · x
    package static func scale(
        _ x: FloatInput, by factor: Float, into y: FloatOutput, count: Int, precision: Precision = .float32
    ) {
        switch precision {
        case .float32: ck_scale(x, factor, y, count)
        case .bfloat16: ck_scale_half(half(x), factor, half(y), count)
        }
    }

    package static func fill(_ y: FloatOutput, with value: Float, count: Int) { ck_fill(y, value, count) }

    /// y = 0
    package static func clear(_ y: FloatOutput, count: Int, precision: Precision) {
        switch precision {
        case .float32: ck_fill(y, 0, count)
        case .bfloat16: half(y).update(repeating: 0, count: count)
        }
    }

    /// y = activation(x + bias), row by row; y may be x.
    package static func addBias(
        _ x: FloatInput, bias: FloatInput?, activation: UnaryFunction?, into y: FloatOutput, rows: Int, columns: Int
    ) {
        let (code, coefficients) = activation?.kernel ?? (CK_RELU, ck_coefficients())
        ck_add_bias(x, bias, activation == nil ? 0 : 1, code, coefficients, y, rows, columns)
    }
}
