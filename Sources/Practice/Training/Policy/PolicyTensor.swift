import Layers
import Tensors

extension ParameterRole {
    /// Whether the optimizer's weight decay applies without a rule that says so.
    package var decaysByDefault: Bool {
        switch self {
        case .kernel, .embedding: true
        case .bias, .scale, .offset, .statistic: false
        }
    }
}

/// A tensor as a policy sees it.
package struct PolicyTensor: Hashable, Sendable {
    package let path: ParameterPath
    /// The layer that owns the tensor.
    package let layer: ParameterPath
    package let role: ParameterRole
    /// Layers with parameters between this tensor's layer and the output on the longest path; 0 at the output. A
    /// normalization has the depth of the layer before it.
    package let depth: Int
    /// Where rates by depth put the tensor, 0 at the output: its depth or, where the model's blocks have names, that of
    /// its block among blocks.
    package let level: Int
    /// Whether the layer belongs to the head that the recipe put on.
    package let isHead: Bool
    /// The checkpoint's flag; for a statistic the flag of its layer.
    package let storedTrainable: Bool
    /// Elements.
    package let count: Int

    package init(
        path: ParameterPath, layer: ParameterPath, role: ParameterRole, depth: Int, level: Int? = nil,
        isHead: Bool = false, storedTrainable: Bool = true, count: Int
    ) {
        self.path = path
        self.layer = layer
        self.role = role
        self.depth = depth
        self.level = level ?? depth
        self.isHead = isHead
        self.storedTrainable = storedTrainable
        self.count = count
    }
}

extension LayerRegistry {
    /// The model's tensors, in the registry's order, as a policy sees them.
    package var policyTensors: [PolicyTensor] {
        parameters.values.map { spec in
            let owner = owner(of: spec.layer)
            return PolicyTensor(
                path: spec.path, layer: spec.layer, role: spec.role, depth: owner?.depth ?? 0,
                level: owner.map { grouping.levels[$0.path] ?? $0.depth },
                isHead: owner.map { grouping.head.contains($0.path) } ?? false,
                storedTrainable: owner?.storedTrainable ?? true, count: spec.shape.count)
        }
    }
}
