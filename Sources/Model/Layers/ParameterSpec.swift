import Tensors

/// What a tensor is for. Weight decay goes by this, never by a name.
package enum ParameterRole: String, Hashable, Sendable, CaseIterable {
    case kernel, bias, scale, offset, statistic, embedding

    /// Whether a gradient may ever move it.
    package var hasGradient: Bool { self != .statistic }
}

/// One tensor that a layer declares.
package struct ParameterSpec: Hashable, Sendable {
    package let path: ParameterPath
    package let layer: ParameterPath
    package let shape: Shape
    package let role: ParameterRole
    package let initializer: Initializer
    package let regularizer: Regularizer?

    /// The last component: `kernel`, `moving_mean`.
    package var name: String { String(path.description.dropFirst(layer.description.count + 1)) }
}

/// What a Keras config adds to the loss for a tensor: l1·Σ|w| + l2·Σw².
package struct Regularizer: Hashable, Sendable {
    package var l1: Float
    package var l2: Float

    package init(l1: Float, l2: Float) {
        self.l1 = l1
        self.l2 = l2
    }
}
