import Graph
import JSON
import OrderedCollections
import Tensors

/// A function of TensorFlow or of `keras.ops` that was called on a model's tensors, which Keras writes down like a layer:
/// arithmetic, activations, sums and means, and what moves elements about. Constants come with the call.
package struct TensorOperation: Layer {
    package static let className = "TFOpLambda"
    package static let callKeywords: Set<String> = [
        "x", "y", "a", "b", "name", "axis", "axes", "keepdims", "keep_dims", "shape", "newshape", "perm", "conjugate",
        "slice_spec", "clip_value_min", "clip_value_max", "x_min", "x_max", "dtype", "input", "tensor", "logits",
        "features", "alpha", "approximate", "values", "input_tensor", "num_or_size_splits", "negative_slope",
    ]

    private let function: String
    private let settings: OrderedDictionary<String, JSON>

    package init(_ config: inout LayerConfig) throws {
        guard let name = config.take("function")?.string else { throw config.error("\"function\" is missing") }
        // Where Keras 3 keeps it, for the way back.
        _ = config.take("operation")
        let last = name.split(separator: ".").last.map(String.init) ?? name
        function = TensorOperation.aliases[last] ?? last
        guard TensorOperation.functions.contains(function) else {
            throw config.error("the function \"\(name)\" is not known as a layer")
        }
        var settings: OrderedDictionary<String, JSON> = [:]
        for key in TensorOperation.callKeywords.sorted() {
            if let value = config.take(key) { settings[key] = value }
        }
        self.settings = settings
    }

    private static let aliases = [
        "truediv": "divide", "true_divide": "divide", "div": "divide", "sub": "subtract", "mul": "multiply",
        "pow": "power", "neg": "negative", "silu": "swish", "reduce_mean": "mean", "reduce_sum": "sum",
        "reduce_max": "max", "getitem": "get_item", "concat": "concatenate", "clip_by_value": "clip",
        "absolute": "abs",
    ]

    private static let binaries: [String: BinaryFunction] = [
        "add": .add, "subtract": .subtract, "multiply": .multiply, "divide": .divide, "maximum": .maximum,
        "minimum": .minimum, "power": .power,
    ]

    private static let unaries: [String: UnaryFunction] = [
        "sigmoid": .sigmoid, "tanh": .tanh, "exp": .exp, "log": .log, "square": .square, "sqrt": .sqrt, "abs": .abs,
        "negative": .negate, "selu": .selu, "softplus": .softplus, "softsign": .softsign, "swish": .swish,
        "relu6": .relu(maximum: 6), "relu": .relu, "elu": .elu(alpha: 1), "sign": .sign, "reciprocal": .reciprocal,
    ]

    private static let functions = Set(binaries.keys).union(unaries.keys).union([
        "softmax", "mean", "sum", "max", "reshape", "expand_dims", "squeeze", "transpose", "concatenate", "stack",
        "get_item", "clip", "cast", "identity", "rsqrt",
    ])

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        var arguments = Arguments(inputs, settings, in: scope)
        let g = scope.builder
        if let binary = TensorOperation.binaries[function] {
            let (a, b) = (try arguments.operand("x", "a"), try arguments.operand("y", "b"))
            let (left, right) = (g.shape(of: a), g.shape(of: b))
            guard let both = left.broadcast(with: right), both.countIfAddressable != nil else {
                throw scope.error("the shapes \(left) and \(right) do not fit together")
            }
            return [g.binary(binary, a, b)]
        }
        if function == "concatenate" || function == "stack" {
            return [try arguments.joined(stacked: function == "stack")]
        }
        let x = try arguments.operand("x", "input", "tensor", "logits", "features", "input_tensor", "a")
        if let unary = TensorOperation.unaries[function] { return [g.unary(unary, x)] }
        switch function {
        case "softmax": return [try arguments.softmax(x, arguments.axes(x, ["axis"]) ?? [g.shape(of: x).rank - 1])]
        case "mean", "sum", "max": return [try arguments.reduced(x, function)]
        case "reshape": return [try arguments.reshaped(x)]
        case "expand_dims", "squeeze": return [try arguments.resized(x, isExpanding: function == "expand_dims")]
        case "transpose": return [try arguments.transposed(x)]
        case "get_item": return [try arguments.part(of: x)]
        case "clip": return [try arguments.clipped(x)]
        case "rsqrt": return [g.unary(.reciprocal, g.unary(.sqrt, x))]
        default: return [x]
        }
    }
}

/// Part of a tensor, as `x[:, 0]`.
package struct SlicingOperation: Layer {
    package static let className = "SlicingOpLambda"
    package static let callKeywords = TensorOperation.callKeywords
    private let operation: TensorOperation

    package init(_ config: inout LayerConfig) throws { operation = try TensorOperation(&config) }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        try operation(inputs, in: scope)
    }
}

/// What one call was given: tensors in order, tensors and constants by keyword.
private struct Arguments {
    let scope: LayerScope
    private var positional: [Value] = []
    private var tensors: [String: Value] = [:]
    private let settings: OrderedDictionary<String, JSON>
    private var g: GraphBuilder { scope.builder }

    init(_ inputs: [Value], _ settings: OrderedDictionary<String, JSON>, in scope: LayerScope) {
        self.scope = scope
        let keywords = scope.call.keywords
        for (index, input) in inputs.enumerated() {
            if index < keywords.count, let keyword = keywords[index] {
                tensors[keyword] = input
            } else {
                positional.append(input)
            }
        }
        self.settings = scope.call.settings.merging(settings) { own, _ in own }
    }

    /// A tensor or number under one of the names, or the next tensor in order.
    mutating func operand(_ names: String...) throws -> Value {
        for name in names {
            if let tensor = tensors[name] { return tensor }
            if let number = settings[name]?.double { return g.constant(Float(number)) }
        }
        guard !positional.isEmpty else { throw scope.error("it is called without \(names[0])") }
        return positional.removeFirst()
    }

    private func setting(_ names: [String]) -> JSON? { names.lazy.compactMap { settings[$0] }.first }

    /// Axes counted from the front; nil where none are given.
    func axes(_ x: Value, _ names: [String], adding extra: Int = 0) throws -> [Int]? {
        guard let value = setting(names), !value.isNull else { return nil }
        let rank = g.shape(of: x).rank + extra
        let given = value.int.map { [$0] } ?? value.array?.compactMap(\.int) ?? []
        let counted = given.map { $0 < 0 ? $0 + rank : $0 }
        guard !counted.isEmpty, counted.allSatisfy((0..<rank).contains), Set(counted).count == counted.count else {
            throw scope.error("the axes \(value.serialized()) are not among the \(rank) there are")
        }
        return counted
    }

    func softmax(_ x: Value, _ axes: [Int]) throws -> Value {
        let rank = g.shape(of: x).rank
        guard let axis = axes.first, axes.count == 1, axis > 0 else {
            throw scope.error("a softmax over the axes \(axes) is not known")
        }
        if axis == rank - 1 { return g.softmax(x) }
        var order = Array(0..<rank)
        order.swapAt(axis, rank - 1)
        return g.transpose(g.softmax(g.transpose(x, order)), order)
    }

    func reduced(_ x: Value, _ function: String) throws -> Value {
        let shape = g.shape(of: x)
        let axes = try axes(x, ["axis"])?.sorted() ?? Array(0..<shape.rank)
        guard !axes.contains(0) else { throw scope.error("it works across the examples of a batch") }
        let result =
            switch function {
            case "mean": g.mean(x, axes: axes)
            case "sum": g.sum(x, axes: axes)
            default: g.emit(.reduce(.maximum, axes: axes), [x])
            }
        guard setting(["keepdims", "keep_dims"]) == true else { return result }
        return g.reshape(result, Shape(shape.dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }))
    }

    func reshaped(_ x: Value) throws -> Value {
        let shape = g.shape(of: x)
        guard let wanted = setting(["shape", "newshape", "y"])?.array?.map(\.int), let first = wanted.first,
            wanted.allSatisfy({ $0 != nil }), first == -1 || first == shape[0]
        else { throw scope.error("the shape it gives its input is not known before it is called") }
        var rest = wanted.dropFirst().compactMap { $0 }
        let known = rest.filter { $0 >= 0 }.reduce(shape[0]) { $0.multipliedReportingOverflow(by: $1).partialValue }
        if let open = rest.firstIndex(of: -1), known > 0 { rest[open] = shape.count / known }
        guard rest.allSatisfy({ $0 >= 0 }), Shape([shape[0]] + rest).countIfAddressable == shape.count else {
            throw scope.error(
                "an example of \(shape.droppingFirst) cannot become \(wanted.dropFirst().map { $0 ?? -1 })")
        }
        return g.reshape(x, Shape([shape[0]] + rest))
    }

    func resized(_ x: Value, isExpanding: Bool) throws -> Value {
        var extents = g.shape(of: x).dimensions
        guard isExpanding else {
            let axes = try axes(x, ["axis", "y"]) ?? extents.indices.filter { $0 > 0 && extents[$0] == 1 }
            guard axes.allSatisfy({ $0 > 0 && extents[$0] == 1 }) else {
                throw scope.error("only dimensions of one can be squeezed out of \(Shape(extents))")
            }
            return g.reshape(x, Shape(extents.indices.filter { !axes.contains($0) }.map { extents[$0] }))
        }
        guard let axis = try axes(x, ["axis", "y"], adding: 1)?.first, axis > 0 else {
            throw scope.error("a dimension before the batch is not known")
        }
        extents.insert(1, at: axis)
        return g.reshape(x, Shape(extents))
    }

    func transposed(_ x: Value) throws -> Value {
        let rank = g.shape(of: x).rank
        let order = try axes(x, ["perm", "axes", "y"]) ?? Array((0..<rank).reversed())
        guard order.count == rank, order.first == 0 else { throw scope.error("it moves the batch from its place") }
        return g.transpose(x, order)
    }

    mutating func joined(stacked: Bool) throws -> Value {
        let parts = positional
        guard let first = parts.first else { throw scope.error("it is called without tensors") }
        let given = try axes(first, ["axis"], adding: stacked ? 1 : 0)?.first
        guard let axis = given, axis > 0 else { throw scope.error("it joins the examples of a batch") }
        let shape = g.shape(of: first)
        let fits = parts.allSatisfy { part in
            let other = g.shape(of: part)
            return other.rank == shape.rank
                && (0..<shape.rank).allSatisfy { (!stacked && $0 == axis) || other[$0] == shape[$0] }
        }
        guard fits else { throw scope.error("the shapes \(parts.map { g.shape(of: $0) }) do not fit together") }
        guard stacked else { return g.concatenate(parts, axis: axis) }
        var extents = shape.dimensions
        extents.insert(1, at: axis)
        return g.concatenate(parts.map { g.reshape($0, Shape(extents)) }, axis: axis)
    }

    func clipped(_ x: Value) throws -> Value {
        guard let low = setting(["clip_value_min", "x_min"])?.double,
            let high = setting(["clip_value_max", "x_max"])?.double
        else { throw scope.error("its bounds are not numbers") }
        return g.minimum(g.maximum(x, g.constant(Float(low))), g.constant(Float(high)))
    }

    // MARK: Slices

    func part(of x: Value) throws -> Value {
        guard let items = setting(["slice_spec", "y"])?.array else {
            throw scope.error("it does not say which part it takes")
        }
        let shape = g.shape(of: x)
        let taken = items.count { !$0.isNull && $0 != "Ellipsis" && $0["class_name"] != "Ellipsis" }
        var result = x
        var extents: [Int] = []
        var axis = 0
        for item in items {
            if item.isNull {
                extents.append(1)
            } else if item == "Ellipsis" || item["class_name"] == "Ellipsis" {
                let skipped = min(max(shape.rank - taken, 0), shape.rank - axis)
                extents += shape.dimensions[axis..<axis + skipped]
                axis += skipped
            } else {
                guard axis < shape.rank else { throw scope.error("it takes more dimensions than \(shape) has") }
                let (slice, extent) = try sliced(result, axis: axis, by: item, extent: shape[axis])
                result = slice
                if let extent { extents.append(extent) }
                axis += 1
            }
        }
        extents += shape.dimensions[min(axis, shape.rank)...]
        return g.reshape(result, Shape(extents))
    }

    /// One element (and no extent), or a run of them with a step.
    private func sliced(_ x: Value, axis: Int, by item: JSON, extent: Int) throws -> (Value, Int?) {
        func counted(_ value: Int) -> Int { value < 0 ? value + extent : value }
        if let index = item.int {
            guard axis > 0, (0..<extent).contains(counted(index)) else {
                throw scope.error(
                    "there is no element \(index) among \(extent), or it would take one example of a batch")
            }
            return (g.slice(x, axis: axis, from: counted(index), count: 1), nil)
        }
        let bounds = item["config"] ?? item
        guard bounds.object != nil else { throw scope.error("the part \(item.serialized()) is not known") }
        let step = min(bounds["step"]?.int ?? 1, max(extent, 1))
        let start = min(max(counted(bounds["start"]?.int ?? 0), 0), extent)
        let stop = min(max(counted(bounds["stop"]?.int ?? extent), start), extent)
        let isWhole = start == 0 && stop == extent && step == 1
        guard step > 0, axis > 0 || isWhole, stop > start else {
            throw scope.error("the part \(item.serialized()) of \(extent) elements is empty, backwards or of the batch")
        }
        if isWhole { return (x, extent) }
        let count = (stop - start + step - 1) / step
        return (g.slice(x, axis: axis, from: start, count: count, step: step), count)
    }
}
