import JSON
import Layers
import OrderedCollections
import Training

extension Loss {
    /// From a completed `loss` section.
    init(_ node: RecipeNode) throws {
        let name = try node.member("name").text()
        let kind: Kind
        switch name {
        case "mse": kind = .meanSquaredError
        case "mae": kind = .meanAbsoluteError
        case "huber": kind = .huber(delta: Float(try node.member("delta").double()))
        case "binary_crossentropy": kind = .binaryCrossEntropy
        case "categorical_crossentropy": kind = .categoricalCrossEntropy
        case "sparse_categorical_crossentropy": kind = .sparseCategoricalCrossEntropy
        default: throw RecipeTableError(path: node.path)
        }
        self.init(
            kind, labelSmoothing: Float(try node["label_smoothing"]?.double() ?? 0),
            fromLogits: try node["from_logits"].flatMap { $0.isNull ? nil : try $0.bool() })
    }
}

extension OutputLosses {
    /// From a completed `loss` section and the weights beside it.
    init(_ node: RecipeNode, weights: RecipeNode?) throws {
        let factors = try (weights?.members ?? [:]).map { ($0.key, Float(try $0.value.double())) }
        let weights = Dictionary(factors, uniquingKeysWith: { first, _ in first })
        guard RecipeKind.namesOutputs(node), let members = node.members else {
            self.init(named: ["": try Loss(node)], weights: weights)
            return
        }
        self.init(named: try members.mapValues { try Loss($0) }, weights: weights)
    }
}

extension ClassWeights {
    /// From a completed `loss` section: by the names of outputs, a single loss under the empty name.
    static func written(in node: RecipeNode) throws -> OrderedDictionary<String, ClassWeights> {
        guard RecipeKind.namesOutputs(node), let members = node.members else {
            return try ClassWeights(node).map { ["": $0] } ?? [:]
        }
        return try members.compactMapValues { try ClassWeights($0) }
    }

    private init?(_ loss: RecipeNode) throws {
        guard let node = loss["class_weights"], !node.isNull else { return nil }
        self = if let members = node.members { .given(try members.mapValues { try $0.double() }) } else { .balanced }
    }
}

extension OutputMetrics {
    /// From a completed `metrics` section.
    init(_ node: RecipeNode) throws {
        if let members = node.members {
            self.init(named: try members.mapValues { try $0.list().map { try MetricConfiguration($0) } })
        } else {
            self.init(try node.list().map { try MetricConfiguration($0) })
        }
    }
}

extension MetricConfiguration {
    /// From a completed element of `metrics`.
    init(_ node: RecipeNode) throws {
        let kind = try node.member("name").choice(MetricKind.self)
        self.init(kind, k: try node["k"]?.int() ?? 5)
    }
}
