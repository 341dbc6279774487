import JSON
import Layers
import OrderedCollections

/// How a layer's call is written down: which tensors it takes by position, which by keyword.
struct CallNotation {
    /// What is passed first: one tensor, or several.
    let first: [TensorReference]
    /// Whether `first` goes in as a list.
    let isList: Bool
    /// By keyword, in the call's order.
    let keywords: OrderedDictionary<String, [TensorReference]>
    let settings: OrderedDictionary<String, JSON>
    /// Whether it is a function written down like a layer, which takes exactly what the notation says.
    private let isFunction: Bool

    /// Layers of functions, and those among the functions that take their inputs as one list.
    static let functions: Set<String> = ["TFOpLambda", "SlicingOpLambda"]
    private static let joins: Set<Substring> = ["concat", "concatenate", "stack"]

    /// Layers that take their inputs as one list.
    private static let listTakers: Set<String> = [
        "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "Attention",
        "AdditiveAttention", "CutMix", "MixUp",
    ]

    /// Layers whose further inputs are the states they begin with.
    private static let recurrent: Set<String> = [
        "SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "CuDNNLSTM",
        "CuDNNGRU",
    ]

    init(_ call: LayerCall, of entry: Model.Entry) {
        let className = entry.specification.className
        var first: [TensorReference] = []
        var keywords: OrderedDictionary<String, [TensorReference]> = [:]
        for (input, keyword) in zip(call.inputs, call.keywords) {
            if let keyword { keywords[keyword, default: []].append(input) } else { first.append(input) }
        }
        isFunction = CallNotation.functions.contains(className)
        var isList = first.count > 1 || CallNotation.listTakers.contains(className)
        if isFunction {
            let name = entry.specification.config["function"]?.string ?? ""
            isList = name.split(separator: ".").last.map { CallNotation.joins.contains($0) } ?? false
        } else if first.count > 1, case .layer = entry.content {
            if CallNotation.recurrent.contains(className) {
                keywords["initial_state", default: []].insert(contentsOf: first.dropFirst(), at: 0)
                (first, isList) = ([first[0]], false)
            } else if className == "MultiHeadAttention" || className == "GroupedQueryAttention" {
                for (keyword, input) in zip(["value", "key"], first.dropFirst()) { keywords[keyword] = [input] }
                (first, isList) = ([first[0]], false)
            }
        }
        self.first = first
        self.isList = isList
        self.keywords = keywords
        settings = call.settings
    }

    /// Whether Keras 2's notation of it says nothing to Keras 3: that takes a tensor passed by keyword for a text.
    var needsKeras3: Bool { !keywords.isEmpty && !isFunction }

    /// A place of a tensor: layer, number of the call, number of the output.
    typealias Place = (TensorReference) -> [JSON]

    /// Keras 2: `[["x", 0, 0, {"value": ["y", 0, 0]}]]`. What goes by keyword stands behind the last tensor, where both
    /// Kerases look. States to begin with are inputs like the first.
    func keras2(_ place: Place) -> JSON {
        var positional = first
        var members = settings
        for (keyword, inputs) in keywords {
            if keyword == "initial_state" {
                positional += inputs
            } else {
                let places = inputs.map { JSON.array(place($0)) }
                members[keyword] = places.count == 1 ? places[0] : .array(places)
            }
        }
        if positional.isEmpty, let constant = members.removeValue(forKey: "x") {
            return ["_CONSTANT_VALUE", -1, constant, .object(members)]
        }
        let written = positional.enumerated().map { index, input in
            JSON.array(place(input) + [.object(index == positional.count - 1 ? members : [:])])
        }
        return isFunction && !isList && written.count == 1 ? written[0] : .array(written)
    }

    /// Keras 3: `{"args": [tensor], "kwargs": {"value": tensor}}`.
    func keras3(_ place: Place, shape: (TensorReference) -> [Int?]) -> JSON {
        func tensor(_ input: TensorReference) -> JSON {
            let extents = shape(input).map { $0.map(JSON.integer) ?? .null }
            return [
                "class_name": "__keras_tensor__",
                "config": [
                    "shape": .array(extents), "dtype": "float32", "keras_history": .array(place(input)),
                ],
            ]
        }
        var members: OrderedDictionary<String, JSON> = [:]
        for (keyword, inputs) in keywords {
            let isList = inputs.count > 1 || keyword == "initial_state"
            members[keyword] = isList ? .array(inputs.map(tensor)) : tensor(inputs[0])
        }
        members.merge(settings) { tensors, _ in tensors }
        var arguments = isList ? [JSON.array(first.map(tensor))] : first.map(tensor)
        for (index, operand) in ["x", "y"].enumerated() where isFunction {
            // Constants stand among the tensors.
            guard let constant = members.removeValue(forKey: operand) else { continue }
            arguments.insert(constant, at: min(index, arguments.count))
        }
        return ["args": .array(arguments), "kwargs": .object(members)]
    }
}
