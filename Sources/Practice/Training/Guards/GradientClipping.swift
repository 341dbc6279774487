/// Clipping by the global norm: the gradients of all trainable tensors, taken as one vector, are scaled down to a
/// length of at most `limit`. The factor is exactly limit / norm, as in Keras' `global_clipnorm`; PyTorch's
/// `clip_grad_norm_` divides by norm + 1e-6.
package struct GradientClipping: Hashable, Sendable {
    /// Nil for no clipping.
    package let limit: Double?

    /// - Precondition: `limit` is above 0.
    package init(limit: Double?) {
        precondition(limit.map { $0 > 0 } ?? true, "a clipping norm must be above 0")
        self.limit = limit
    }

    /// What the optimizer is to multiply the gradients by, given their 2-norm. A norm that is not finite gives 1: the
    /// guard against such steps speaks for itself.
    package func scale(norm: Double) -> Float {
        guard let limit, norm.isFinite, norm > limit else { return 1 }
        return Float(limit / norm)
    }
}
