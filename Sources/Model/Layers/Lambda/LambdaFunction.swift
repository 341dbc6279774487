import Graph
import Tensors

/// A function within a `LambdaExpression`, by the name it has in Keras' backend, TensorFlow or NumPy.
struct LambdaFunction {
    let name: String
    private let arguments: [LambdaExpression.Argument]
    private let position: Int
    private let evaluation: LambdaEvaluation
    private var g: GraphBuilder { evaluation.g }

    init(_ name: String, _ arguments: [LambdaExpression.Argument], at position: Int, in evaluation: LambdaEvaluation) {
        // What stands before the last dot is a module.
        let last = name.split(separator: ".").last.map(String.init) ?? name
        self.name = last.hasPrefix("reduce_") ? String(last.dropFirst("reduce_".count)) : last
        self.arguments = arguments
        self.position = position
        self.evaluation = evaluation
    }

    private static let elementwise: [String: UnaryFunction] = [
        "relu": .relu, "relu6": .relu(maximum: 6), "sigmoid": .sigmoid, "tanh": .tanh, "exp": .exp, "log": .log,
        "sqrt": .sqrt, "abs": .abs, "square": .square, "sign": .sign, "negative": .negate, "softplus": .softplus,
        "softsign": .softsign, "elu": .elu(alpha: 1), "selu": .selu, "swish": .swish, "silu": .swish,
        "gelu": .gelu(approximate: false), "expm1": .exponentialMinusOne, "reciprocal": .reciprocal,
    ]

    private static let others = [
        "batch_flatten", "cast", "clip", "concatenate", "expand_dims", "flatten", "identity", "l2_normalize",
        "log_softmax",
        "max", "maximum", "mean", "min", "minimum", "permute_dimensions", "pow", "prod", "reshape", "reverse",
        "softmax",
        "squeeze", "std", "sum", "transpose", "var",
    ]

    func value() throws -> Value {
        if let function = LambdaFunction.elementwise[name] { return g.unary(function, try tensor(0, "x")) }
        switch name {
        case "mean", "sum", "max", "amax", "min", "amin", "var", "std": return try reduced()
        case "softmax": return try along { g.softmax($0) }
        case "log_softmax": return try along { ComposedActivation.logSoftmax($0, g) }
        case "l2_normalize":
            return g.normalized(try tensor(0, "x"), axes: try axes(defaultingToLast: true), squareFloor: 1e-12)
        case "maximum", "minimum":
            let (a, b) = try evaluation.fitting(term(0, "x"), term(1, "y"), at: position)
            return g.binary(name == "maximum" ? .maximum : .minimum, a, b)
        case "pow":
            let (a, b) = try evaluation.fitting(term(0, "x"), term(1, "a"), at: position)
            return g.binary(.power, a, b)
        case "clip", "clip_by_value":
            return g.clip(
                try tensor(0, "x"), from: Float(try number(1, "min_value")), to: Float(try number(2, "max_value")))
        case "cast", "identity", "stop_gradient", "convert_to_tensor": return try tensor(0, "x")
        default: return try rearranged()
        }
    }

    // MARK: Arguments

    private func problem(_ text: String) -> LambdaProblem {
        LambdaProblem(position: position, problem: "\(name): \(text)")
    }

    /// The argument at a position or with one of the keywords.
    private func find(_ index: Int, _ keywords: String...) -> LambdaExpression.Node? {
        if arguments.indices.contains(index), arguments[index].name == nil { return arguments[index].value }
        return arguments.first { argument in argument.name.map(keywords.contains) ?? false }?.value
    }

    private func term(_ index: Int, _ keyword: String) throws -> LambdaEvaluation.Term {
        guard let node = find(index, keyword, "tensor", "inputs", "input_tensor") else {
            throw problem("its argument \(index + 1) (\(keyword)) is missing")
        }
        return try evaluation.term(node)
    }

    private func tensor(_ index: Int, _ keyword: String) throws -> Value {
        let value = try evaluation.tensor(try term(index, keyword), at: position)
        guard g.shape(of: value).rank > 0 else { throw problem("it takes a tensor, not a number") }
        return value
    }

    private func number(_ index: Int, _ keyword: String) throws -> Double {
        guard case .number(let value) = try term(index, keyword) else { throw problem("\(keyword) should be a number") }
        return value
    }

    private func integers(_ index: Int, _ keywords: String...) throws -> [Int]? {
        let named = arguments.first { argument in argument.name.map(keywords.contains) ?? false }?.value
        let placed = arguments.indices.contains(index) && arguments[index].name == nil ? arguments[index].value : nil
        guard let node = placed ?? named else { return nil }
        let items: [LambdaEvaluation.Term]
        switch try evaluation.term(node) {
        case .list(let list): items = list
        case .word("None"): return nil
        case let one: items = [one]
        }
        return try items.map { item in
            guard case .number(let value) = item, let whole = Int(exactly: value), abs(whole) <= 1 << 31 else {
                throw problem("\(keywords[0]) should be a whole number or a list of them")
            }
            return whole
        }
    }

    /// `axis=…`, counted from 0, without the batch.
    private func axes(defaultingToLast: Bool = false) throws -> [Int] {
        let shape = g.shape(of: try tensor(0, "x"))
        guard let given = try integers(1, "axis", "dim", "axes") ?? (defaultingToLast ? [-1] : nil) else {
            throw problem("say over which axis, as in axis=1: over all of them it would mix the examples of a batch")
        }
        let axes = given.compactMap { shape.normalized(axis: $0) }
        guard axes.count == given.count, Set(axes).count == axes.count, !axes.contains(0), !axes.isEmpty else {
            throw problem(
                "there is no axis \(given.map(String.init).joined(separator: ", ")) of an example in \(shape)")
        }
        return axes.sorted()
    }

    private var keepsDimensions: Bool {
        find(2, "keepdims", "keep_dims")?.content == .word("True")
    }

    // MARK: Families

    private func reduced() throws -> Value {
        let (x, axes) = (try tensor(0, "x"), try axes())
        let y: Value
        switch name {
        case "mean": y = g.kept(.mean, x, axes: axes)
        case "sum": y = g.kept(.sum, x, axes: axes)
        case "max", "amax": y = g.kept(.maximum, x, axes: axes)
        case "min", "amin": y = g.scale(g.kept(.maximum, g.scale(x, by: -1), axes: axes), by: -1)
        default:
            let centred = g.subtract(x, g.kept(.mean, x, axes: axes))
            let variance = g.kept(.mean, g.unary(.square, centred), axes: axes)
            y = name == "var" ? variance : g.unary(.sqrt, variance)
        }
        return keepsDimensions ? y : g.reshape(y, g.shape(of: y).removing(axes: axes))
    }

    private func along(_ function: (Value) -> Value) throws -> Value {
        let (x, axes) = (try tensor(0, "x"), try axes(defaultingToLast: true))
        let rank = g.shape(of: x).rank
        guard axes.count == 1 else { throw problem("it goes along one axis") }
        if axes[0] == rank - 1 { return function(x) }
        var order = Array(0..<rank)
        order.swapAt(axes[0], rank - 1)
        return g.transpose(function(g.transpose(x, order)), order)
    }

    private func rearranged() throws -> Value {
        switch name {
        case "reshape": return try reshaped()
        case "flatten", "batch_flatten":
            let x = try tensor(0, "x")
            return g.reshape(x, [g.shape(of: x)[0], g.shape(of: x).droppingFirst.count])
        case "transpose", "permute_dimensions":
            let x = try tensor(0, "x")
            let order = try integers(1, "pattern", "perm", "axes") ?? []
            guard order.sorted() == Array(0..<g.shape(of: x).rank), order.first == 0 else {
                throw problem("it needs an order of all axes that begins with the batch's, as in (0, 2, 1)")
            }
            return g.transpose(x, order)
        case "expand_dims":
            let x = try tensor(0, "x")
            var dimensions = g.shape(of: x).dimensions
            let axis = try integers(1, "axis", "dim")?.first ?? -1
            let place = axis < 0 ? dimensions.count + 1 + axis : axis
            guard (1...dimensions.count).contains(place) else {
                throw problem("there is no place \(axis) for a new axis")
            }
            dimensions.insert(1, at: place)
            return g.reshape(x, Shape(dimensions))
        case "squeeze":
            let (x, axes) = (try tensor(0, "x"), try axes())
            guard axes.allSatisfy({ g.shape(of: x)[$0] == 1 }) else {
                throw problem("the axis has more than one element")
            }
            return g.reshape(x, g.shape(of: x).removing(axes: axes))
        case "reverse": return g.reverse(try tensor(0, "x"), axes: try axes())
        case "concatenate", "concat": return try joined()
        default:
            let known = (Array(LambdaFunction.elementwise.keys) + LambdaFunction.others).sorted()
            throw LambdaProblem(
                position: position,
                problem: "there is no function \"\(name)\"; the known ones are " + known.joined(separator: ", "))
        }
    }

    private func reshaped() throws -> Value {
        let x = try tensor(0, "x")
        let shape = g.shape(of: x)
        guard let target = try integers(1, "shape", "newshape"), target.count >= 1, target.allSatisfy({ $0 >= -1 })
        else {
            throw problem("it needs a shape, as in (-1, 3, 4)")
        }
        // The first is the batch, written -1 or left to be found.
        let rest = Array(target.dropFirst())
        let example = shape.droppingFirst.count
        let known = rest.filter { $0 != -1 }.reduce((1, false)) { product, next in
            let (value, overflows) = product.0.multipliedReportingOverflow(by: next)
            return (value, product.1 || overflows)
        }
        let open = rest.count { $0 == -1 }
        guard target[0] == -1 || target[0] == shape[0], !known.1, open <= 1,
            open == 0 ? known.0 == example : known.0 > 0 && example % known.0 == 0
        else { throw problem("an example of \(shape.droppingFirst) does not fit into \(target)") }
        return g.reshape(x, Shape([shape[0]] + rest.map { $0 == -1 ? example / known.0 : $0 }))
    }

    private func joined() throws -> Value {
        guard case .list(let items) = try term(0, "values") else {
            throw problem("it joins a list, as in [x[0], x[1]]")
        }
        let parts = try items.map { try evaluation.tensor($0, at: position) }
        guard let first = parts.first else { throw problem("there is nothing to join") }
        let shape = g.shape(of: first)
        let axis = try integers(1, "axis")?.first ?? -1
        guard let along = shape.normalized(axis: axis), along > 0,
            parts.allSatisfy({ part in
                let other = g.shape(of: part)
                return other.rank == shape.rank
                    && shape.dimensions.indices.allSatisfy { $0 == along || other[$0] == shape[$0] }
            })
        else { throw problem("the parts do not fit along axis \(axis)") }
        return g.concatenate(parts, axis: along)
    }
}
