/// The metrics by the names that recipes use.
package enum MetricKind: String, Sendable, CaseIterable, Codable {
    case accuracy
    case topKAccuracy = "top_k_accuracy"
    case precision, recall, f1, auc, mae, mse, rmse, r2
    case calibrationError = "calibration_error"

    /// Names that people bring along from other tools.
    package var aliases: [String] {
        switch self {
        case .accuracy: ["acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy"]
        case .topKAccuracy: ["top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy"]
        case .f1: ["f1_score"]
        case .auc: ["roc_auc"]
        case .mae: ["mean_absolute_error"]
        case .mse: ["mean_squared_error"]
        case .rmse: ["root_mean_squared_error"]
        case .r2: ["r2_score"]
        case .calibrationError: ["ece", "expected_calibration_error"]
        case .precision, .recall: []
        }
    }

    package init?(name: String) {
        guard let kind = MetricKind.allCases.first(where: { $0.rawValue == name || $0.aliases.contains(name) })
        else { return nil }
        self = kind
    }

    /// Whether the metric is about classes rather than numbers.
    package var needsClasses: Bool {
        switch self {
        case .mae, .mse, .rmse, .r2: false
        default: true
        }
    }
}

/// A metric with its options.
package struct MetricConfiguration: Hashable, Sendable {
    package let kind: MetricKind
    /// Of top-k accuracy: 5 unless the name says otherwise.
    package let k: Int

    /// - Precondition: `k` is above 0.
    package init(_ kind: MetricKind, k: Int = 5) {
        precondition(k > 0, "the k of top_k_accuracy is at least 1")
        self.kind = kind
        self.k = k
    }

    /// A metric of a name or alias, or `top_3_accuracy` for a certain k.
    /// - Throws: `MetricError.unknown`.
    package init(name: String) throws(MetricError) {
        if let kind = MetricKind(name: name) {
            self.init(kind)
            return
        }
        let parts = name.split(separator: "_")
        guard parts.count == 3, parts[0] == "top", parts[2] == "accuracy", let k = Int(parts[1]), k > 0 else {
            throw .unknown(name)
        }
        self.init(.topKAccuracy, k: k)
    }

    /// As in the columns of `metrics.csv`, without a prefix.
    package var name: String { kind == .topKAccuracy && k != 5 ? "top_\(k)_accuracy" : kind.rawValue }
}

/// A metric that cannot be computed.
package enum MetricError: Error, Hashable, CustomStringConvertible {
    case unknown(String)
    case needsClasses(MetricKind)
    case needsNumbers(MetricKind)
    /// Several classes of which one is right.
    case needsOneOfMany(MetricKind)

    package var description: String {
        switch self {
        case .unknown(let name):
            "there is no metric \"\(name)\"; known are "
                + MetricKind.allCases.map(\.rawValue).joined(separator: ", ") + ", and top_3_accuracy and the like"
        case .needsClasses(let kind): "the metric \(kind.rawValue) needs classes as targets, but these are numbers"
        case .needsNumbers(let kind):
            "the metric \(kind.rawValue) needs numbers as targets, but these are class indices"
        case .needsOneOfMany(let kind):
            "the metric \(kind.rawValue) needs one right class among several, but the output answers yes or no"
        }
    }
}
