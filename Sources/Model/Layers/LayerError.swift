import JSON
import Tensors

/// A layer that cannot be made or called as it was asked to, as one sentence.
package struct LayerError: Error, CustomStringConvertible {
    package let layer: String
    package let className: String
    package let problem: String

    package init(layer: String, className: String, problem: String) {
        self.layer = layer
        self.className = className
        self.problem = problem
    }

    package var description: String { "layer \"\(layer)\" (\(className)): \(problem)" }
}

/// A layer class nobody here knows.
package struct UnknownLayerError: Error, CustomStringConvertible {
    package let layer: String
    package let className: String
    package let known: [String]

    package var description: String {
        "layer \"\(layer)\": there is no layer class \"\(className)\""
            + (nearest(to: className, among: known).isEmpty
                ? "; it is someone's own, or of a Keras newer than is known" : didYouMean(className, among: known))
    }
}

/// A model whose layers do not fit together, as one sentence.
package struct ModelError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
