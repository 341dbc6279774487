import Layers
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

extension MetricConfiguration {
    /// From a completed element of `metrics`.
    init(_ node: RecipeNode) throws {
        let kind = try node.member("name").choice(MetricKind.self)
        self.init(kind, k: try node["k"]?.int() ?? 5)
    }
}
