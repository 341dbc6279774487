import Tensors

/// Between which numbers an input lies.
package struct InputRange: Hashable, Sendable {
    package let minimum: Float
    package let maximum: Float

    package init(minimum: Float, maximum: Float) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Looks at up to `sample` examples spread evenly over the dataset; nil where there are none.
    /// - Throws: what reading throws.
    package init?(of dataset: any Dataset, input: Int = 0, sample: Int = 256) throws {
        let count = min(sample, dataset.count)
        guard count > 0, dataset.inputShapes[input].count > 0 else { return nil }
        var (minimum, maximum) = (Float.infinity, -Float.infinity)
        for i in 0..<count {
            for value in try dataset.example(i * dataset.count / count).inputs[input].values {
                minimum = min(minimum, value)
                maximum = max(maximum, value)
            }
        }
        self.init(minimum: minimum, maximum: maximum)
    }

    /// The largest distance from zero.
    package var magnitude: Float { max(abs(minimum), abs(maximum)) }

    /// A sentence where pixels look 255 times too large or too small for a model that was trained on `expected`.
    package func warning(expected: InputRange) -> String? {
        guard magnitude > 0, expected.magnitude > 0 else { return nil }
        let ratio = magnitude / expected.magnitude
        let spans =
            "the inputs run from \(minimum) to \(maximum), but the checkpoint was trained on \(expected.minimum) to \(expected.maximum)"
        if ratio > 60 {
            return spans
                + ": they look 255 times too large; a transform such as { \"rescale\": 0.00392156862745098 } is missing"
        }
        if ratio < 1 / 60 { return spans + ": they look 255 times too small; is a \"rescale\" too many?" }
        return nil
    }

    /// A sentence where raw bytes reach a model whose expected range nobody knows.
    package var rawPixelWarning: String? {
        guard minimum >= 0, magnitude > 60, magnitude <= 255 else { return nil }
        return
            "the inputs run from \(minimum) to \(maximum), like raw pixels; unless the checkpoint was trained on such, "
            + "add { \"rescale\": 0.00392156862745098 } to \"transforms\""
    }
}
