import Glibc
import Graph
import Tensors

extension GraphInterpreter {
    func elementwise(_ node: Node, _ inputs: [DoubleArray]) -> [Double] {
        switch node.op {
        case .unary(let function): return inputs[0].values.map(function.callAsFunction)
        case .unaryGradient(let function):
            return zip(inputs[0].values, inputs[1].values).map { saved, dy in
                dy * (function.gradientUsesOutput ? function.slope(output: saved) : function.slope(at: saved))
            }
        case .binary(let function): return broadcast(function, inputs[0], inputs[1], node.outputs[0].shape)
        case .scale(let factor): return inputs[0].values.map { $0 * Double(factor) }
        case .identity: return inputs[0].values
        case .select:
            return (0..<node.outputs[0].shape.count).map { place in
                let operands = inputs.map { $0.values[$0.shape == .scalar ? 0 : place] }
                return operands[0] != 0 ? operands[1] : operands[2]
            }
        default: preconditionFailure("\(node.op.name) is not element-wise")
        }
    }

    private func broadcast(_ function: BinaryFunction, _ a: DoubleArray, _ b: DoubleArray, _ shape: Shape) -> [Double] {
        func element(_ array: DoubleArray, _ index: [Int]) -> Double {
            let own = zip(index.suffix(array.shape.rank), array.shape.dimensions).map { $1 == 1 ? 0 : $0 }
            return array.values[array.shape.position(own)]
        }
        var result: [Double] = []
        shape.forEachIndex { result.append(function(element(a, $0), element(b, $0))) }
        return result
    }
}

extension BinaryFunction {
    package func callAsFunction(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: max(a, b)
        case .minimum: min(a, b)
        case .greaterOrEqual: a >= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .equal: a == b ? 1 : 0
        case .power: pow(a, b)
        }
    }
}

/// λ and α of self-normalising networks (Klambauer et al., 2017).
private let seluScale = 1.0507009873554805
private let seluAlpha = 1.6732632423543772

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

extension UnaryFunction {
    package func callAsFunction(_ x: Double) -> Double {
        switch self {
        case .relu(let slope, let maximum, let threshold):
            x >= Double(maximum)
                ? Double(maximum) : x >= Double(threshold) ? x : Double(slope) * (x - Double(threshold))
        case .sigmoid: logistic(x)
        case .tanh: Glibc.tanh(x)
        case .exp: Glibc.exp(x)
        case .log: Glibc.log(x)
        case .negate: -x
        case .square: x * x
        case .sqrt: x.squareRoot()
        case .abs: Swift.abs(x)
        case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
        case .reciprocal: 1 / x
        case .elu(let alpha): x > 0 ? x : Double(alpha) * expm1(x)
        case .selu: seluScale * (x > 0 ? x : seluAlpha * expm1(x))
        case .softplus: max(x, 0) + log1p(Glibc.exp(-Swift.abs(x)))
        case .softsign: x / (1 + Swift.abs(x))
        case .swish: x * logistic(x)
        case .gelu(approximate: false): 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
        case .gelu(approximate: true): 0.5 * x * (1 + Glibc.tanh(UnaryFunction.geluArgument(x)))
        case .hardSigmoid(let slope, let shift): min(max(Double(slope) * x + Double(shift), 0), 1)
        case .exponentialMinusOne: expm1(x)
        case .sine: sin(x)
        case .cosine: cos(x)
        }
    }

    private static func geluArgument(_ x: Double) -> Double {
        (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    }

    /// f′(x)
    package func slope(at x: Double) -> Double {
        switch self {
        case .relu(let slope, let maximum, let threshold):
            return x >= Double(maximum) ? 0 : x > Double(threshold) ? 1 : Double(slope)
        case .sigmoid: return logistic(x) * (1 - logistic(x))
        case .tanh: return 1 - Glibc.tanh(x) * Glibc.tanh(x)
        case .exp, .exponentialMinusOne: return Glibc.exp(x)
        case .log: return 1 / x
        case .sine: return cos(x)
        case .cosine: return -sin(x)
        case .negate: return -1
        case .square: return 2 * x
        case .sqrt: return 0.5 / x.squareRoot()
        case .abs: return x > 0 ? 1 : x < 0 ? -1 : 0
        case .sign: return 0
        case .reciprocal: return -1 / (x * x)
        case .elu(let alpha): return x > 0 ? 1 : Double(alpha) * Glibc.exp(x)
        case .selu: return x > 0 ? seluScale : seluScale * seluAlpha * Glibc.exp(x)
        case .softplus: return logistic(x)
        case .softsign: return 1 / ((1 + Swift.abs(x)) * (1 + Swift.abs(x)))
        case .swish: return logistic(x) * (1 + x * (1 - logistic(x)))
        case .gelu(approximate: false):
            let density = Glibc.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            return 0.5 * (1 + erf(x / 2.0.squareRoot())) + x * density
        case .gelu(approximate: true):
            let t = Glibc.tanh(UnaryFunction.geluArgument(x))
            let inner = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner
        case .hardSigmoid(let slope, let shift):
            let y = Double(slope) * x + Double(shift)
            return y > 0 && y < 1 ? Double(slope) : 0
        }
    }

    /// f′(x) from y = f(x), for the functions that allow it.
    package func slope(output y: Double) -> Double {
        switch self {
        case .relu(let slope, let maximum, _): return y >= Double(maximum) ? 0 : y > 0 ? 1 : Double(slope)
        case .sigmoid: return y * (1 - y)
        case .tanh: return 1 - y * y
        case .exp: return y
        case .exponentialMinusOne: return y + 1
        case .sqrt: return 0.5 / y
        case .reciprocal: return -y * y
        case .elu(let alpha): return y > 0 ? 1 : y + Double(alpha)
        case .selu: return y > 0 ? seluScale : y + seluScale * seluAlpha
        case .softplus: return -expm1(-y)
        case .log, .negate, .square, .abs, .sign, .softsign, .swish, .gelu, .hardSigmoid, .sine, .cosine:
            preconditionFailure("the slope of \(self) does not follow from its output")
        }
    }
}
