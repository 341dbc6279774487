import JSON
import OrderedCollections

/// A layer as Keras 1 describes it, in the words of Keras 2: class and settings. What both call alike is kept as it is.
struct Keras1Layer {
    let className: String
    let config: JSON

    /// - Throws: `KerasError.config` for what Keras 1 could compute and Keras 2's vocabulary cannot say.
    init(className old: String, _ json: JSON, name: String) throws {
        guard let members = json.object else {
            className = Keras1Layer.classNames[old] ?? old
            config = json
            return
        }
        var settings = Keras1Settings(members, className: old, name: name)
        try settings.translate()
        className = settings.className
        config = .object(settings.members)
    }

    /// Classes that were renamed, or became a case of another.
    static let classNames = [
        "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D",
        "AtrousConvolution1D": "Conv1D", "AtrousConvolution2D": "Conv2D", "AtrousConv1D": "Conv1D",
        "AtrousConv2D": "Conv2D", "Deconvolution2D": "Conv2DTranspose", "Deconv2D": "Conv2DTranspose",
        "Deconvolution3D": "Conv3DTranspose", "SeparableConvolution2D": "SeparableConv2D",
        // Applied to each step of a sequence, which is what Dense now does with any leading dimensions.
        "TimeDistributedDense": "Dense",
    ]
}

/// The settings of one Keras 1 layer while they are being renamed.
struct Keras1Settings {
    private(set) var members: OrderedDictionary<String, JSON>
    private(set) var className: String
    private let name: String

    init(_ members: OrderedDictionary<String, JSON>, className: String, name: String) {
        self.members = members
        self.className = className
        self.name = name
    }

    /// Settings that only changed their name, whatever the class.
    private static let renamed = [
        "bias": "use_bias", "inner_activation": "recurrent_activation", "inner_init": "recurrent_initializer",
        "U_regularizer": "recurrent_regularizer", "U_constraint": "recurrent_constraint",
        "b_regularizer": "bias_regularizer", "b_constraint": "bias_constraint", "dropout_W": "dropout",
        "dropout_U": "recurrent_dropout", "border_mode": "padding", "nb_filter": "filters",
        "subsample": "strides", "subsample_length": "strides", "filter_length": "kernel_size",
        "atrous_rate": "dilation_rate", "pool_length": "pool_size", "stride": "strides", "sigma": "stddev",
        "beta_init": "beta_initializer", "gamma_init": "gamma_initializer",
    ]

    /// Settings about how something was computed, not what.
    private static let dropped = ["consume_less", "input_dtype", "cache_enabled", "nb_feature_input", "weights"]

    mutating func translate() throws {
        let old = className
        className = Keras1Layer.classNames[old] ?? old
        for key in Keras1Settings.dropped { members[key] = nil }
        for (from, to) in Keras1Settings.renamed { rename(from, to) }
        nameFirstKernel()
        try nameExtents()
        try convertDimensionOrder()
        if let forget = members.removeValue(forKey: "forget_bias_init") {
            members["unit_forget_bias"] = .bool(forget == "one" || forget == "ones")
        }
        try translateClass(old)
        sayInputShape(old)
        for (key, value) in members { members[key] = Keras1Settings.object(value, under: key) }
    }

    private mutating func rename(_ from: String, _ to: String) {
        if let value = members.removeValue(forKey: from) { members[to] = value }
    }

    private func problem(_ text: String) -> KerasError {
        .config(place: "layer \"\(name)\" (\(className))", problem: text)
    }

    /// `init`, `W_regularizer` and `W_constraint` concern the first tensor, whose name depends on the class.
    private mutating func nameFirstKernel() {
        let first =
            switch className {
            case "Embedding": "embeddings"
            case "PReLU": "alpha"
            default: "kernel"
            }
        if className == "SeparableConv2D", let initial = members.removeValue(forKey: "init") {
            members["depthwise_initializer"] = initial
            members["pointwise_initializer"] = initial
        }
        rename("init", first + "_initializer")
        rename("W_regularizer", first + "_regularizer")
        rename("W_constraint", first + "_constraint")
    }

    /// Numbers of units and sizes of kernels, which were one setting per dimension.
    private mutating func nameExtents() throws {
        if className != "Embedding" { rename("output_dim", "units") }
        for keys in [["nb_row", "nb_col"], ["kernel_dim1", "kernel_dim2", "kernel_dim3"]] {
            let sizes = keys.compactMap { members.removeValue(forKey: $0) }
            if sizes.isEmpty { continue }
            guard sizes.count == keys.count else { throw problem("it lacks one of \(keys.joined(separator: ", "))") }
            members["kernel_size"] = .array(sizes)
        }
    }

    private mutating func convertDimensionOrder() throws {
        guard let order = members.removeValue(forKey: "dim_ordering"), !order.isNull else { return }
        switch order {
        case "tf": members["data_format"] = "channels_last"
        case "th": members["data_format"] = "channels_first"
        default: throw problem("dim_ordering should be \"tf\" or \"th\", not \(order.serialized())")
        }
    }

    private mutating func translateClass(_ old: String) throws {
        switch className {
        case "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout":
            rename("p", "rate")
        case "BatchNormalization": try checkNormalization()
        case "Embedding":
            if let rate = members.removeValue(forKey: "dropout"), rate.double ?? 0 != 0 {
                throw problem("dropout inside an embedding is not known")
            }
        case "GRU": members["reset_after"] = false
        case "UpSampling1D": rename("length", "size")
        case "ZeroPadding1D", "ZeroPadding2D": try convertPadding()
        case "Conv2DTranspose", "Conv3DTranspose": members["output_shape"] = nil
        case "Merge": try translateMerge()
        case "TimeDistributed", "Bidirectional": try translateInner()
        default: break
        }
        if let padding = members["padding"]?.string, padding != "valid", padding != "same", padding != "causal" {
            throw problem("border_mode \"\(padding)\" is not known; \"valid\" and \"same\" are")
        }
    }

    private mutating func checkNormalization() throws {
        let mode = members.removeValue(forKey: "mode") ?? 0
        guard mode == 0 else {
            throw problem(
                "mode \(mode.serialized()) normalises by each batch or each example, which is not known; only mode 0 is"
            )
        }
    }

    /// `[2, 2]`, `[top, bottom, left, right]`, or a dictionary with `top_pad`, `left_pad` and so on.
    private mutating func convertPadding() throws {
        guard let padding = members["padding"] else { return }
        if let sides = padding.object {
            func pair(_ a: String, _ b: String) -> JSON { [sides[a] ?? 0, sides[b] ?? 0] }
            members["padding"] =
                className == "ZeroPadding1D"
                ? pair("left_pad", "right_pad") : [pair("top_pad", "bottom_pad"), pair("left_pad", "right_pad")]
        } else if let extents = padding.array, extents.count == 4 {
            members["padding"] = [[extents[0], extents[1]], [extents[2], extents[3]]]
        }
    }

    private mutating func translateInner() throws {
        for key in ["layer", "backward_layer"] {
            guard let inner = members[key], let inside = inner["class_name"]?.string else { continue }
            let label = inner["config"]?["name"]?.string ?? name
            let translated = try Keras1Layer(className: inside, inner["config"] ?? [:], name: label)
            members[key] = ["class_name": .string(translated.className), "config": translated.config]
        }
    }

    /// One class with a mode became a class per mode.
    private mutating func translateMerge() throws {
        let kept = members.filter { ["name", "trainable"].contains($0.key) }
        let mode = members["mode"]?.string ?? "sum"
        guard members["mode_type"] ?? "raw" == "raw", let merged = Keras1Settings.merges[mode] else {
            throw problem("its mode is \(members["mode_type"] == "raw" ? "\"\(mode)\"" : "code"), which is not known")
        }
        let (axis, axes) = (members["concat_axis"], members["dot_axes"])
        members = kept
        className = merged
        if mode == "concat", let axis { members["axis"] = axis }
        if mode == "dot" {
            // [1, 1], or [[1], [1]]; a single number stands for both.
            let each = axes?.array?.map { $0.array?.first ?? $0 }
            members["axes"] = each.map(JSON.array) ?? axes ?? -1
        }
    }

    private static let merges = [
        "sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "concat": "Concatenate", "dot": "Dot",
    ]

    /// `input_dim` and `input_length` said what `batch_input_shape` says now.
    private mutating func sayInputShape(_ old: String) {
        if className == "Embedding" { return }
        let size = members.removeValue(forKey: "input_dim") ?? .null
        let length = members.removeValue(forKey: "input_length") ?? .null
        guard members["batch_input_shape"] == nil, !size.isNull else { return }
        let isSequence = old != "Dense" && old != "Highway" && old != "MaxoutDense"
        members["batch_input_shape"] = isSequence ? [nil, length, size] : [nil, size]
    }

    /// Regularizers, constraints and initializers as objects of a class.
    private static func object(_ value: JSON, under key: String) -> JSON {
        if key.hasSuffix("_initializer"), let name = value.string {
            return .string(initializers[name] ?? name)
        }
        guard value["class_name"] == nil, var settings = value.object,
            let name = settings.removeValue(forKey: "name")?.string
        else { return value }
        if key.hasSuffix("_regularizer") {
            if settings["l1"] != nil || settings["l2"] != nil {
                return ["class_name": "L1L2", "config": ["l1": settings["l1"] ?? 0, "l2": settings["l2"] ?? 0]]
            }
            return ["class_name": .string(name), "config": .object(settings)]
        }
        guard key.hasSuffix("_constraint") else { return value }
        if let largest = settings.removeValue(forKey: "m") { settings["max_value"] = largest }
        return ["class_name": .string(constraints[name] ?? name), "config": .object(settings)]
    }

    private static let initializers = [
        "zero": "zeros", "one": "ones", "uniform": "random_uniform", "normal": "random_normal",
    ]

    private static let constraints = [
        "maxnorm": "MaxNorm", "nonneg": "NonNeg", "unitnorm": "UnitNorm", "max_norm": "MaxNorm",
        "non_neg": "NonNeg", "unit_norm": "UnitNorm",
    ]
}
