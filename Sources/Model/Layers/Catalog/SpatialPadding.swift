import Tensors

/// Keras' `padding` setting.
package enum SpatialPadding: String, Hashable, Sendable {
    case valid, same

    init(_ config: inout LayerConfig) throws {
        self = SpatialPadding(rawValue: try config.choice("padding", default: "valid", of: ["valid", "same"]))!
    }

    /// The output extent and the padding on either side. `same` divides by the stride, rounding up, and puts an odd
    /// place after (TensorFlow's rule). Nil where a valid window does not fit.
    func resolve(
        input: Int, window: Int, stride: Int, dilation: Int = 1
    ) -> (output: Int, before: Int, after: Int)? {
        let extent = (window - 1) * dilation + 1
        switch self {
        case .valid:
            guard input >= extent else { return nil }
            return ((input - extent) / stride + 1, 0, 0)
        case .same:
            let output = (input + stride - 1) / stride
            let total = max((output - 1) * stride + extent - input, 0)
            return (output, total / 2, total - total / 2)
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
                throw scope.error("a window of \(Shape(window)) does not fit into an input of \(Shape(input))")
            }
            result.output.append(one.output)
            result.before.append(one.before)
            result.after.append(one.after)
        }
        return result
    }
}
