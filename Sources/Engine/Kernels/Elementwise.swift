import CKernels
import Tensors

/// Functions of one or two arrays, element by element. The result may be written over an operand of its own size.
package enum Elementwise {
    /// y = f(x)
    package static func unary(_ function: UnaryFunction, _ x: FloatInput, into y: FloatOutput, count: Int) {
        let (code, coefficients) = function.kernel
        ck_unary(code, coefficients, x, y, count)
    }

    /// dx = dy · f′, from y where `gradientUsesOutput`, else from x.
    package static func unaryGradient(
        _ function: UnaryFunction, saved: FloatInput, outputGradient dy: FloatInput, into dx: FloatOutput, count: Int
    ) {
        let (code, coefficients) = function.kernel
        ck_unary_gradient(code, coefficients, function.gradientUsesOutput ? 1 : 0, saved, dy, dx, count)
    }

    /// y = f(a, b), equal shapes.
    package static func binary(
        _ function: BinaryFunction, _ a: FloatInput, _ b: FloatInput, into y: FloatOutput, count: Int
    ) {
        ck_binary(function.code, a, b, y, count)
    }

    /// y = f(a, b), broadcast as the plan says. Only `a` may be written over, and only where it has the result's shape.
    package static func binary(
        _ function: BinaryFunction, _ a: FloatInput, _ b: FloatInput, into y: FloatOutput, plan: BroadcastPlan
    ) {
        guard plan.count > 0 else { return }
        ck_binary_broadcast(function.code, a, b, y, plan.rank, plan.dimensions, plan.stridesA, plan.stridesB)
    }

    /// y = factor · x
    package static func scale(_ x: FloatInput, by factor: Float, into y: FloatOutput, count: Int) {
        ck_scale(x, factor, y, count)
    }

    package static func fill(_ y: FloatOutput, with value: Float, count: Int) { ck_fill(y, value, count) }

    /// y = activation(x + bias), row by row; y may be x.
    package static func addBias(
        _ x: FloatInput, bias: FloatInput?, activation: UnaryFunction?, into y: FloatOutput, rows: Int, columns: Int
    ) {
        if bias != nil || UnsafePointer(y) != x { ck_add_bias(x, bias, y, rows, columns) }
        if let activation { unary(activation, y, into: y, count: rows * columns) }
    }
}

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
        count = output.count
        func strides(_ shape: Shape) -> [Int] {
            let lead = output.rank - shape.rank
            return output.dimensions.indices.map { axis in
                axis < lead || shape[axis - lead] == 1 ? 0 : shape.strides[axis - lead]
            }
        }
        let runs = StridedRuns(dimensions: output.dimensions, strides: [strides(a), strides(b)])
        rank = Int32(runs.dimensions.count)
        dimensions = runs.dimensions
        stridesA = runs.strides[0]
        stridesB = runs.strides[1]
    }
}

/// Dimensions merged wherever every array runs through two of them as through one.
struct StridedRuns {
    private(set) var dimensions: [Int64] = []
    private(set) var strides: [[Int64]]

    init(dimensions full: [Int], strides given: [[Int]]) {
        strides = given.map { _ in [] }
        for axis in full.indices where full[axis] != 1 {
            let steps = given.map { Int64($0[axis]) }
            if let last = dimensions.indices.last,
                given.indices.allSatisfy({ strides[$0][last] == steps[$0] * Int64(full[axis]) })
            {
                dimensions[last] *= Int64(full[axis])
                for index in given.indices { strides[index][last] = steps[index] }
            } else {
                dimensions.append(Int64(full[axis]))
                for index in given.indices { strides[index].append(steps[index]) }
            }
        }
        if dimensions.isEmpty {
            dimensions = [1]
            strides = given.map { _ in [1] }
        }
        precondition(dimensions.count <= Int(CK_MAX_RANK), "at most \(CK_MAX_RANK) dimensions")
    }
}

extension UnaryFunction {
    fileprivate var kernel: (code: ck_unary_code, coefficients: ck_coefficients) {
        func plain(_ code: ck_unary_code) -> (ck_unary_code, ck_coefficients) { (code, ck_coefficients()) }
        switch self {
        case .relu(let slope, let maximum, let threshold):
            return (CK_RELU, ck_coefficients(a: slope, b: maximum, c: threshold))
        case .sigmoid: return plain(CK_SIGMOID)
        case .tanh: return plain(CK_TANH)
        case .exp: return plain(CK_EXP)
        case .log: return plain(CK_LOG)
        case .negate: return plain(CK_NEGATE)
        case .square: return plain(CK_SQUARE)
        case .sqrt: return plain(CK_SQRT)
        case .abs: return plain(CK_ABS)
        case .sign: return plain(CK_SIGN)
        case .reciprocal: return plain(CK_RECIPROCAL)
        case .elu(let alpha): return (CK_ELU, ck_coefficients(a: alpha, b: 0, c: 0))
        case .selu: return plain(CK_SELU)
        case .softplus: return plain(CK_SOFTPLUS)
        case .softsign: return plain(CK_SOFTSIGN)
        case .swish: return plain(CK_SWISH)
        case .gelu(let approximate): return plain(approximate ? CK_GELU_TANH : CK_GELU)
        case .hardSigmoid(let slope, let shift): return (CK_HARD_SIGMOID, ck_coefficients(a: slope, b: shift, c: 0))
        case .exponentialMinusOne: return plain(CK_EXPM1)
        }
    }
}

extension BinaryFunction {
    fileprivate var code: ck_binary_code {
        switch self {
        case .add: CK_ADD
        case .subtract: CK_SUBTRACT
        case .multiply: CK_MULTIPLY
        case .divide: CK_DIVIDE
        case .maximum: CK_MAXIMUM
        case .minimum: CK_MINIMUM
        case .greaterOrEqual: CK_GREATER_OR_EQUAL
        }
    }
}
