import Data
import Graph
import Layers
import Tensors

/// What is kept of the frozen part of a model in one phase, or why nothing is.
package struct FeaturePlan: Sendable {
    /// A value that crosses from the frozen part to the rest.
    package struct Part: Hashable, Sendable {
        /// The layer that gives it.
        package let layer: ParameterPath
        /// Numbers for one example.
        package let count: Int
    }

    package let parts: [Part]
    /// Rows that are kept: examples, times their views.
    package let rows: Int
    package let views: Int
    package let place: FeatureStore.Place
    /// Of one row.
    package let rowBytes: Int
    /// Of all rows.
    package var bytes: Int { rows * rowBytes }

    init(_ features: FrozenFeatures, rows: Int, views: Int, kept: FeatureStore, isLasting: Bool) {
        parts = zip(features.cut.scopes, features.cut.shapes).map { Part(layer: $0, count: $1.count) }
        self.rows = rows
        self.views = views
        rowBytes = features.exampleBytes
        place = kept.place(
            bytes: rows * features.exampleBytes, isLasting: isLasting && features.isLasting(rows))
    }

    /// Where nothing is kept.
    init(because reason: String) {
        parts = []
        rows = 0
        rowBytes = 0
        views = 1
        place = .nowhere(reason)
    }
}

extension Trainer {
    func featurePlan(_ phase: PhaseConfiguration, _ step: TrainingStep) -> FeaturePlan {
        if let change = phase.changeOfExamples { return FeaturePlan(because: change) }
        if case .failure(let obstacle) = step.cut { return FeaturePlan(because: "\(obstacle)") }
        guard let features = step.features else { preconditionFailure("a cut without features") }
        return FeaturePlan(
            features, rows: neededRows(phase), views: phase.viewsOfAnExample, kept: kept,
            isLasting: training.origin != nil)
    }
}

extension GraphCut.Obstacle: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nothingStays: "nothing is computed before what changes"
        case .notWorthIt(let flops, let floats):
            "\(flops) operations are quicker than keeping the \(floats) numbers that they give"
        }
    }
}

/// What is said when a phase takes features, to people only: it depends on what was there before.
struct FeatureStatement {
    let text: String

    init(_ features: FrozenFeatures, _ rows: FeatureRows, needed: Int, views: Int) {
        let layers = features.cut.scopes.map(\.description).joined(separator: ", ")
        let whole = rows.found >= needed ? "\(needed)" : rows.found > 0 ? "\(rows.found) of \(needed)" : ""
        let what = views > 1 ? "views (\(views) of each example)" : "examples"
        let size = FeatureStatement.size(needed * features.exampleBytes)
        let place = rows.path.map { "in \($0)" } ?? "in memory"
        text =
            whole.isEmpty
            ? "the features of \(needed) \(what), up to \(layers), are computed once and kept \(place) (\(size))"
            : "the features of \(whole) \(what), up to \(layers), were found \(place) (\(size))"
    }

    private static func size(_ bytes: Int) -> String {
        bytes >= 10_000_000 ? "\((bytes + 500_000) / 1_000_000) MB" : "\((bytes + 500) / 1000) kB"
    }
}
