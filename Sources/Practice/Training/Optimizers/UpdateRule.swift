/// The arithmetic of one update, `g` the gradient after scaling, `η` the tensor's rate at this step.
///
/// | rule | formula | as in |
/// |---|---|---|
/// | sgd | w −= η g | both |
/// | momentum | v = μ v + g; w −= η v, with Nesterov η (g + μ v) | PyTorch: the velocity holds no rate |
/// | adagrad | a += g²; w −= η g / √(a + ε) | Keras |
/// | rmsprop | s = ρ s + (1 − ρ) g²; w −= η g / √(s + ε) | Keras |
/// | adadelta | a = ρ a + (1 − ρ) g²; δ = g √(d + ε) / √(a + ε); d = ρ d + (1 − ρ) δ²; w −= η δ | both |
/// | adam | m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²; w −= η (m / c₁) / (√(v / c₂) + ε), cᵢ = 1 − βᵢᵗ | PyTorch |
///
/// Keras' velocity contains the rate, which at a constant rate is the same thing; ours does not, so that a schedule or
/// a phase that changes the rate is obeyed at once.
package enum UpdateRule: Hashable, Sendable {
    case sgd
    case momentum(Float, nesterov: Bool)
    case adagrad(initial: Float, epsilon: Float)
    case rmsprop(rho: Float, epsilon: Float)
    case adadelta(rho: Float, epsilon: Float)
    case adam(beta1: Float, beta2: Float, epsilon: Float)

    /// The names of the arrays that the rule keeps beside the weights, in order; part of the snapshot format.
    package var slots: [String] {
        switch self {
        case .sgd: []
        case .momentum: ["velocity"]
        case .adagrad: ["accumulator"]
        case .rmsprop: ["mean_square"]
        case .adadelta: ["accumulated_gradient", "accumulated_delta"]
        case .adam: ["first_moment", "second_moment"]
        }
    }

    /// What every slot holds before the first update.
    package var initialSlotValue: Float {
        if case .adagrad(let initial, _) = self { initial } else { 0 }
    }
}
