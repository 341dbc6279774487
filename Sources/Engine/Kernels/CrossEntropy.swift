import CKernels
import Tensors

/// Softmax along rows.
package enum Softmax {
    package static func rows(_ x: FloatInput, into y: FloatOutput, rows: Int, columns: Int) {
        ck_softmax(x, y, rows, columns)
    }

    /// dx = y · (dy − Σ y·dy)
    package static func gradient(
        _ y: FloatInput, outputGradient dy: FloatInput, into dx: FloatOutput, rows: Int, columns: Int
    ) {
        ck_softmax_gradient(y, dy, dx, rows, columns)
    }
}

/// Losses fused with the softmax or sigmoid before them: exact where the probability underflows.
package enum CrossEntropy {
    /// Targets (rows,) are class indices; losses (rows,), probabilities (rows, classes). Smoothing spreads that share of
    /// the target evenly over all classes.
    package static func sparse(
        logits: FloatInput, targets: FloatInput, losses: FloatOutput, probabilities: FloatOutput, rows: Int,
        classes: Int, labelSmoothing: Float
    ) {
        ck_sparse_cross_entropy(logits, targets, losses, probabilities, rows, classes, labelSmoothing)
    }

    /// dLogits = dLoss · (p − target), row by row.
    package static func sparseGradient(
        probabilities: FloatInput, targets: FloatInput, lossGradient: FloatInput, into dLogits: FloatOutput,
        rows: Int, classes: Int, labelSmoothing: Float
    ) {
        ck_sparse_cross_entropy_gradient(
            probabilities, targets, lossGradient, dLogits, rows, classes, labelSmoothing)
    }

    /// Targets (rows, classes) are distributions.
    package static func categorical(
        logits: FloatInput, targets: FloatInput, losses: FloatOutput, probabilities: FloatOutput, rows: Int,
        classes: Int, labelSmoothing: Float
    ) {
        ck_categorical_cross_entropy(logits, targets, losses, probabilities, rows, classes, labelSmoothing)
    }

    package static func categoricalGradient(
        probabilities: FloatInput, targets: FloatInput, lossGradient: FloatInput, into dLogits: FloatOutput,
        rows: Int, classes: Int, labelSmoothing: Float
    ) {
        ck_categorical_cross_entropy_gradient(
            probabilities, targets, lossGradient, dLogits, rows, classes, labelSmoothing)
    }

    /// One independent question per element: max(x, 0) − x·t + log(1 + exp(−|x|)).
    package static func binary(logits: FloatInput, targets: FloatInput, losses: FloatOutput, count: Int) {
        ck_binary_cross_entropy(logits, targets, losses, count)
    }

    package static func binaryGradient(
        logits: FloatInput, targets: FloatInput, lossGradient: FloatInput, into dLogits: FloatOutput, count: Int
    ) {
        ck_binary_cross_entropy_gradient(logits, targets, lossGradient, dLogits, count)
    }
}
