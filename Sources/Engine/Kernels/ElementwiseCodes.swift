import CKernels
import Tensors

extension UnaryFunction {
    /// What the C loops call this function, and its coefficients.
    var kernel: (code: ck_unary_code, coefficients: ck_coefficients) {
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
        case .sine: return plain(CK_SINE)
        case .cosine: return plain(CK_COSINE)
        }
    }
}

extension BinaryFunction {
    /// What the C loops call this function.
    var code: ck_binary_code {
        switch self {
        case .add: CK_ADD
        case .subtract: CK_SUBTRACT
        case .multiply: CK_MULTIPLY
        case .divide: CK_DIVIDE
        case .maximum: CK_MAXIMUM
        case .minimum: CK_MINIMUM
        case .greaterOrEqual: CK_GREATER_OR_EQUAL
        case .greater: CK_GREATER
        case .equal: CK_EQUAL
        case .power: CK_POWER
        }
    }
}
