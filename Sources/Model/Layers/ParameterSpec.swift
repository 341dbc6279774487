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
    /// What is done to the tensor after every update.
    package var constraint: Constraint?

    /// The last component: `kernel`, `moving_mean`.
    package var name: String { String(path.description.dropFirst(layer.description.count + 1)) }
}
