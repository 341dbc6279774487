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

/// A layer class nobody here knows, with those that are known.
package struct UnknownLayerError: Error, CustomStringConvertible {
    package let layer: String
    package let className: String
    package let known: [String]

    package var description: String {
        "layer \"\(layer)\": there is no layer class \"\(className)\" yet; the known ones are "
            + known.joined(separator: ", ")
    }
}

/// A model whose layers do not fit together, as one sentence.
package struct ModelError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
