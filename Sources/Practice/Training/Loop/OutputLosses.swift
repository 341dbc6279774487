import Layers
import OrderedCollections

/// What a model is held to: one loss for its only output, or a loss for each output that is trained.
package struct OutputLosses: Sendable, Hashable {
    /// By the names of outputs; a single loss is under the empty name.
    package let losses: OrderedDictionary<String, Loss>
    /// How much each counts in the sum, by the names of outputs; 1 where it is not said.
    package let weights: [String: Float]

    /// For a model of one output.
    package init(_ loss: Loss) {
        losses = ["": loss]
        weights = [:]
    }

    /// - Precondition: at least one.
    package init(named losses: OrderedDictionary<String, Loss>, weights: [String: Float] = [:]) {
        precondition(!losses.isEmpty, "a model is held to nothing")
        self.losses = losses
        self.weights = weights
    }

    /// The only loss, or nil where there are several.
    package var single: Loss? { losses.count == 1 ? losses.values.first : nil }
}

/// What is measured beside the losses: the same of every output, or for each its own.
package struct OutputMetrics: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// Of every output that is trained.
    package let shared: [MetricConfiguration]
    /// By the names of outputs.
    package let named: OrderedDictionary<String, [MetricConfiguration]>

    package init(_ shared: [MetricConfiguration]) {
        self.shared = shared
        named = [:]
    }

    package init(named: OrderedDictionary<String, [MetricConfiguration]>) {
        shared = []
        self.named = named
    }

    package init(arrayLiteral elements: MetricConfiguration...) { self.init(elements) }

    func of(_ output: String) -> [MetricConfiguration] { named[output] ?? shared }
}
