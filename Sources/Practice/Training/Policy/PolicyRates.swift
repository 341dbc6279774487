import Glibc

/// The rate and decay of a phase that its rules start from.
package struct PolicyRates: Hashable, Sendable {
    /// How the depth of a layer changes its rate.
    package enum ByDepth: Hashable, Sendable {
        case uniform
        /// Times factor^depth.
        case layerDecay(Double)
        /// Absolute peaks in place of the base rate, from `highest` at depth 0 down to `lowest` at the greatest depth
        /// of the model, evenly in their logarithms. The model's depth, not that of what trains: unfreezing a layer
        /// changes no other layer's rate.
        case discriminative(lowest: Double, highest: Double)
    }

    /// The optimizer's rate: the schedule's peak.
    package let base: Double
    package let weightDecay: Double
    package let byDepth: ByDepth

    package init(base: Double, weightDecay: Double = 0, byDepth: ByDepth = .uniform) {
        self.base = base
        self.weightDecay = weightDecay
        self.byDepth = byDepth
    }

    /// - Throws: `PolicyRatesError` for numbers that make no sense.
    package func validate() throws(PolicyRatesError) {
        switch byDepth {
        case .uniform: break
        case .layerDecay(let factor):
            guard factor > 0 && factor <= 1 else { throw .layerDecay(factor) }
        case .discriminative(let lowest, let highest):
            guard lowest > 0 && lowest <= highest && highest.isFinite else { throw .discriminative(lowest, highest) }
        }
    }

    /// The peak rate at a depth before any rule's multiplier.
    package func peak(depth: Int, greatestDepth: Int) -> Double {
        switch byDepth {
        case .uniform: return base
        case .layerDecay(let factor): return base * pow(factor, Double(depth))
        case .discriminative(let lowest, let highest):
            guard greatestDepth > 0 else { return highest }
            return highest * pow(lowest / highest, Double(depth) / Double(greatestDepth))
        }
    }
}

/// Rates by depth that cannot be used.
package enum PolicyRatesError: Error, Hashable, CustomStringConvertible {
    case layerDecay(Double)
    case discriminative(Double, Double)

    package var description: String {
        switch self {
        case .layerDecay(let factor): "layer_decay must be above 0 and at most 1, not \(factor)"
        case .discriminative(let lowest, let highest):
            "discriminative takes [lowest, highest] with 0 < lowest ≤ highest, not [\(lowest), \(highest)]"
        }
    }
}
