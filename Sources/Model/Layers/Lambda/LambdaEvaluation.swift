import Graph
import Tensors

/// A `LambdaExpression` applied to inputs: emits its graph.
struct LambdaEvaluation {
    let inputs: [Value]
    let g: GraphBuilder

    /// What a part of an expression is.
    enum Term {
        case tensor(Value)
        case number(Double)
        case list([Term])
        case word(String)
    }

    func callAsFunction(_ expression: LambdaExpression) throws -> Value {
        switch try term(expression.root) {
        case .tensor(let value): return value
        default: throw LambdaProblem(position: nil, problem: "the result should depend on x")
        }
    }

    func term(_ node: LambdaExpression.Node) throws -> Term {
        switch node.content {
        case .number(let value): return .number(value)
        case .word(let text): return .word(text)
        case .input: return inputs.count == 1 ? .tensor(inputs[0]) : .list(inputs.map { .tensor($0) })
        case .list(let items): return .list(try items.map(term))
        case .negation(let operand):
            switch try term(operand) {
            case .number(let value): return .number(-value)
            case .tensor(let value): return .tensor(g.scale(value, by: -1))
            default:
                throw LambdaProblem(position: node.position, problem: "a minus belongs before a number or a tensor")
            }
        case .binary(let sign, let left, let right):
            return try binary(sign, try term(left), try term(right), at: node.position)
        case .subscripted(let base, let parts): return try subscripted(try term(base), parts, at: node.position)
        case .call(let name, let arguments):
            return .tensor(try LambdaFunction(name, arguments, at: node.position, in: self).value())
        }
    }

    private func binary(_ sign: LambdaExpression.Operator, _ a: Term, _ b: Term, at position: Int) throws -> Term {
        if case .number(let x) = a, case .number(let y) = b {
            switch sign {
            case .add: return .number(x + y)
            case .subtract: return .number(x - y)
            case .multiply: return .number(x * y)
            case .divide: return .number(x / y)
            case .power: return .number(LambdaEvaluation.power(x, y))
            }
        }
        if sign == .power, case .tensor(let x) = a, case .number(let exponent) = b {
            return .tensor(power(x, exponent))
        }
        let (x, y) = try fitting(a, b, at: position)
        switch sign {
        case .add: return .tensor(g.add(x, y))
        case .subtract: return .tensor(g.subtract(x, y))
        case .multiply: return .tensor(g.multiply(x, y))
        case .divide: return .tensor(g.divide(x, y))
        case .power: return .tensor(g.binary(.power, x, y))
        }
    }

    /// Both as tensors that broadcast.
    func fitting(_ a: Term, _ b: Term, at position: Int) throws -> (Value, Value) {
        let (x, y) = (try tensor(a, at: position), try tensor(b, at: position))
        guard g.shape(of: x).broadcast(with: g.shape(of: y)) != nil else {
            throw LambdaProblem(
                position: position, problem: "shapes of \(g.shape(of: x)) and \(g.shape(of: y)) do not fit")
        }
        return (x, y)
    }

    func tensor(_ term: Term, at position: Int) throws -> Value {
        switch term {
        case .tensor(let value): return value
        case .number(let value): return g.constant(Float(value))
        case .list(let items):
            let numbers = items.compactMap { if case .number(let value) = $0 { Float(value) } else { nil } }
            guard numbers.count == items.count, !numbers.isEmpty else {
                throw LambdaProblem(
                    position: position, problem: "a list of tensors stands where one should; take x[0] or x[1]")
            }
            return g.table(numbers, [numbers.count])
        case .word(let text):
            throw LambdaProblem(position: position, problem: "\"\(text)\" is not known; the input is called x")
        }
    }

    private func power(_ x: Value, _ exponent: Double) -> Value {
        switch exponent {
        case 1: x
        case 2: g.unary(.square, x)
        case 0.5: g.unary(.sqrt, x)
        case -1: g.unary(.reciprocal, x)
        default: g.binary(.power, x, g.constant(Float(exponent)))
        }
    }

    private static func power(_ x: Double, _ y: Double) -> Double {
        // Whole exponents are what numbers have here; a root is left to the tensor's own power.
        guard let whole = Int(exactly: y), abs(whole) <= 64 else { return y == 0.5 ? x.squareRoot() : .nan }
        let product = (0..<abs(whole)).reduce(1.0) { result, _ in result * x }
        return whole < 0 ? 1 / product : product
    }

    // MARK: Subscripts

    private func subscripted(_ base: Term, _ parts: [LambdaExpression.Subscript], at position: Int) throws -> Term {
        func problem(_ text: String) -> LambdaProblem { LambdaProblem(position: position, problem: text) }
        if case .list(let items) = base {
            guard parts.count == 1, case .index(let index) = parts[0],
                items.indices.contains(index < 0 ? items.count + index : index)
            else { throw problem("there are \(items.count) inputs: x[0] to x[\(items.count - 1)]") }
            return items[index < 0 ? items.count + index : index]
        }
        guard case .tensor(let x) = base else { throw problem("only tensors and lists have parts") }
        let shape = g.shape(of: x)
        var all = parts
        if let gap = parts.firstIndex(of: .ellipsis) {
            let missing = shape.rank - parts.count + 1
            guard missing >= 0, parts.count(where: { $0 == .ellipsis }) == 1 else {
                throw problem("there are too many indices for a shape of \(shape)")
            }
            all.replaceSubrange(
                gap...gap, with: Array(repeating: .range(from: nil, to: nil, step: nil), count: missing))
        }
        guard all.count <= shape.rank else { throw problem("there are too many indices for a shape of \(shape)") }
        guard case .range(nil, nil, nil)? = all.first else {
            throw problem("the first dimension is the batch; take all of it, as in x[:, 0]")
        }
        return .tensor(try sliced(x, all, problem))
    }

    private func sliced(
        _ x: Value, _ parts: [LambdaExpression.Subscript], _ problem: (String) -> LambdaProblem
    ) throws -> Value {
        let shape = g.shape(of: x)
        var (value, dropped) = (x, [Int]())
        for (axis, part) in parts.enumerated() {
            let extent = shape[axis]
            switch part {
            case .index(let index):
                let place = index < 0 ? extent + index : index
                guard (0..<extent).contains(place) else { throw problem("there is no place \(index) among \(extent)") }
                value = g.slice(value, axis: axis, from: place, count: 1)
                dropped.append(axis)
            case .range(let from, let to, let step):
                let step = step ?? 1
                func bound(_ place: Int?, _ standard: Int) -> Int {
                    guard let place else { return standard }
                    return min(max(place < 0 ? extent + place : place, 0), extent)
                }
                guard step != 0 else { throw problem("a step of 0 leads nowhere") }
                if step < 0 {
                    guard from == nil, to == nil else { throw problem("a backward step goes over everything: ::-1") }
                    value = g.reverse(value, axes: [axis])
                    if step < -1 {
                        value = g.slice(value, axis: axis, from: 0, count: (extent - step - 1) / -step, step: -step)
                    }
                    continue
                }
                let (start, end) = (bound(from, 0), bound(to, extent))
                guard end > start else { throw problem("the range holds nothing of \(extent)") }
                let count = (end - start + step - 1) / step
                if count != extent { value = g.slice(value, axis: axis, from: start, count: count, step: step) }
            case .ellipsis: continue
            }
        }
        return g.reshape(value, g.shape(of: value).removing(axes: dropped))
    }
}
