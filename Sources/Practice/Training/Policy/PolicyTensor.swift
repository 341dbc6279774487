import Tensors

/// What a tensor is for, as far as a policy cares.
package enum PolicyRole: String, Sendable, CaseIterable {
    case kernel, embedding, bias
    /// A normalization's factor, such as gamma.
    case scale
    /// A normalization's shift, such as beta.
    case offset
    /// Moved by averaging, never by a gradient.
    case statistic
    case other

    /// Whether the optimizer's weight decay applies without a rule that says so.
    package var decaysByDefault: Bool {
        switch self {
        case .kernel, .embedding, .other: true
        case .bias, .scale, .offset, .statistic: false
        }
    }
}

/// A tensor as a policy sees it.
package struct PolicyTensor: Hashable, Sendable {
    package let path: ParameterPath
    /// The layer that owns the tensor.
    package let layer: ParameterPath
    package let role: PolicyRole
    /// Layers with parameters between this tensor's layer and the output on the longest path; 0 at the output. A
    /// normalization has the depth of the layer before it.
    package let depth: Int
    /// The checkpoint's flag; for a statistic the flag of its layer.
    package let storedTrainable: Bool
    /// Elements.
    package let count: Int

    package init(
        path: ParameterPath, layer: ParameterPath, role: PolicyRole, depth: Int, storedTrainable: Bool = true,
        count: Int
    ) {
        self.path = path
        self.layer = layer
        self.role = role
        self.depth = depth
        self.storedTrainable = storedTrainable
        self.count = count
    }
}
