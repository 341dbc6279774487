import Tensors

/// Keras' `padding` setting.
package enum SpatialPadding: String, Hashable, Sendable {
    case valid, same
    /// All of it before, so that no step sees a later one.
    case causal

    /// - Parameter allowsCausal: Keras knows `causal` for Conv1D and SeparableConv1D.
    init(_ config: inout LayerConfig, allowsCausal: Bool = false) throws {
        let choices = [SpatialPadding.valid, .same] + (allowsCausal ? [.causal] : [])
        let choice = try config.choice("padding", default: "valid", of: choices.map(\.rawValue))
        self = SpatialPadding(rawValue: choice) ?? .valid
    }

    /// The output extent and the padding on either side. `same` divides by the stride, rounding up, and puts an odd
    /// place after (TensorFlow's rule). Nil where a valid window does not fit or there is no input.
    func resolve(
        input: Int, window: Int, stride: Int, dilation: Int = 1
    ) -> (output: Int, before: Int, after: Int)? {
        let extent = (window - 1) * dilation + 1
        guard input > 0 else { return nil }
        switch self {
        case .valid:
            guard input >= extent else { return nil }
            return ((input - extent) / stride + 1, 0, 0)
        case .same:
            let output = (input - 1) / stride + 1
            let total = max((output - 1) * stride + extent - input, 0)
            return (output, total / 2, total - total / 2)
        case .causal: return ((input - 1) / stride + 1, extent - 1, 0)
        }
    }

    /// `resolve` for every spatial dimension, or an error that says which window does not fit.
    func resolve(
        input: [Int], window: [Int], strides: [Int], dilations: [Int], in scope: LayerScope
    ) throws -> (output: [Int], before: [Int], after: [Int]) {
        var result: (output: [Int], before: [Int], after: [Int]) = ([], [], [])
        for axis in input.indices {
            guard
                let one = resolve(
                    input: input[axis], window: window[axis], stride: strides[axis], dilation: dilations[axis])
            else {
                let spread = dilations.allSatisfy { $0 == 1 } ? "" : " spread by \(Shape(dilations))"
                throw scope.error("a window of \(Shape(window))\(spread) does not fit into an input of \(Shape(input))")
            }
            result.output.append(one.output)
            result.before.append(one.before)
            result.after.append(one.after)
        }
        return result
    }

    /// What a transposed convolution makes of `input` steps, and the padding before of the convolution it is the
    /// gradient of (Keras' `output_padding` and TensorFlow's rules). Nil where no convolution gives `input` steps back.
    func resolveTransposed(
        input: Int, window: Int, stride: Int, dilation: Int, outputPadding: Int?
    ) -> (output: Int, before: Int, after: Int)? {
        let extent = (window - 1) * dilation + 1
        guard input > 0, input <= 1 << 31 else { return nil }
        let reached = (input - 1) * stride
        switch (self, outputPadding) {
        case (.valid, let extra?): return (reached + extent + extra, 0, 0)
        case (.valid, nil): return (reached + max(extent, stride), 0, 0)
        case (_, let extra):
            let output = reached + (extra.map { extent % 2 + $0 } ?? stride)
            guard output > reached, output - reached <= stride else { return nil }
            let total = max(reached + extent - output, 0)
            return (output, total / 2, total - total / 2)
        }
    }
}
