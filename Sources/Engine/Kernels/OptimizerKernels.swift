import CKernels

/// One tensor of a slab and what this step does to it.
package struct OptimizerSegment: Sendable {
    /// In elements.
    package var offset: Int
    package var count: Int
    package var rate: Float
    /// Decoupled: w −= rate · decay · w before the update.
    package var decay: Float
    /// 1 − β₁ᵗ and 1 − β₂ᵗ for Adam, t the tensor's own count of updates.
    package var correction1: Float
    package var correction2: Float

    package init(offset: Int, count: Int, rate: Float, decay: Float, correction1: Float, correction2: Float) {
        self.offset = offset
        self.count = count
        self.rate = rate
        self.decay = decay
        self.correction1 = correction1
        self.correction2 = correction2
    }
}

/// Optimizer updates, one pass over each tensor. Gradients are multiplied by `gradientScale` first. `UpdateRule` has the
/// formulas.
package enum OptimizerKernels {
    package static func sgd(
        weights: FloatOutput, gradients: FloatInput, segments: [OptimizerSegment], gradientScale: Float
    ) {
        each(segments) { ck_sgd(weights, gradients, $0, $1, gradientScale) }
    }

    package static func momentum(
        weights: FloatOutput, gradients: FloatInput, segments: [OptimizerSegment], gradientScale: Float,
        velocity: FloatOutput, momentum: Float, nesterov: Bool
    ) {
        each(segments) {
            ck_momentum(weights, gradients, $0, $1, gradientScale, velocity, momentum, nesterov ? 1 : 0)
        }
    }

    package static func adagrad(
        weights: FloatOutput, gradients: FloatInput, segments: [OptimizerSegment], gradientScale: Float,
        accumulator: FloatOutput, epsilon: Float
    ) {
        each(segments) { ck_adagrad(weights, gradients, $0, $1, gradientScale, accumulator, epsilon) }
    }

    package static func rmsprop(
        weights: FloatOutput, gradients: FloatInput, segments: [OptimizerSegment], gradientScale: Float,
        meanSquare: FloatOutput, rho: Float, epsilon: Float
    ) {
        each(segments) { ck_rmsprop(weights, gradients, $0, $1, gradientScale, meanSquare, rho, epsilon) }
    }

    package static func adadelta(
        weights: FloatOutput, gradients: FloatInput, segments: [OptimizerSegment], gradientScale: Float,
        accumulatedGradient: FloatOutput, accumulatedDelta: FloatOutput, rho: Float, epsilon: Float
    ) {
        each(segments) {
            ck_adadelta(
                weights, gradients, $0, $1, gradientScale, accumulatedGradient, accumulatedDelta, rho, epsilon)
        }
    }

    package static func adam(
        weights: FloatOutput, gradients: FloatInput, segments: [OptimizerSegment], gradientScale: Float,
        first: FloatOutput, second: FloatOutput, beta1: Float, beta2: Float, epsilon: Float
    ) {
        each(segments) {
            ck_adam(weights, gradients, $0, $1, gradientScale, first, second, beta1, beta2, epsilon)
        }
    }

    private static func each(_ segments: [OptimizerSegment], _ body: (UnsafePointer<ck_segment>, Int) -> Void) {
        precondition(MemoryLayout<OptimizerSegment>.stride == MemoryLayout<ck_segment>.stride, "layouts differ")
        segments.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            body(base.assumingMemoryBound(to: ck_segment.self), segments.count)
        }
    }
}
