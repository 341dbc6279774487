import JSON
import Layers
import Tensors

/// One layer with settings, what it is called on, what it should give and declare.
struct LayerCase: Sendable, CustomStringConvertible {
    let className: String
    let config: JSON
    let inputs: [Shape]
    let output: Shape
    let parameters: [String]
    /// Of whole numbers, how many there are; nil for any numbers.
    var indices: Int?

    init(_ className: String, _ config: JSON = [:], _ inputs: [Shape], gives output: Shape, _ parameters: String...) {
        self.className = className
        self.config = config
        self.inputs = inputs
        self.output = output
        self.parameters = parameters
    }

    var description: String { "\(className) \(config.serialized()) on \(inputs)" }

    static let all =
        dense + convolutions + pooling + normalization + shaping + merging + activations
        + core
        + spatial
        + images
        + sequences

    static let dense = [
        LayerCase(
            "Dense", ["units": 3], [[4, 5]], gives: [4, 3], "kernel (5, 3) kernel glorotUniform", "bias (3,) bias zeros"
        ),
        LayerCase(
            "Dense", ["units": 2, "activation": "tanh", "use_bias": false, "kernel_initializer": "he_normal"],
            [[2, 3, 4]], gives: [2, 3, 2], "kernel (4, 2) kernel heNormal"),
        LayerCase(
            "Dense", ["units": 3, "activation": "softmax"], [[2, 4]], gives: [2, 3],
            "kernel (4, 3) kernel glorotUniform", "bias (3,) bias zeros"),
    ]

    static let convolutions = [
        LayerCase(
            "Conv2D", ["filters": 3, "kernel_size": [3, 2], "activation": "relu"], [[2, 5, 4, 2]],
            gives: [2, 3, 3, 3], "kernel (3, 2, 2, 3) kernel glorotUniform", "bias (3,) bias zeros"),
        LayerCase(
            "Conv2D", ["filters": 2, "kernel_size": 3, "strides": [2, 1], "padding": "same", "use_bias": false],
            [[2, 5, 4, 1]], gives: [2, 3, 4, 2], "kernel (3, 3, 1, 2) kernel glorotUniform"),
        LayerCase(
            "Conv2D", ["filters": 4, "kernel_size": 2, "groups": 2, "dilation_rate": [2, 1]], [[1, 4, 3, 4]],
            gives: [1, 2, 2, 4], "kernel (2, 2, 2, 4) kernel glorotUniform", "bias (4,) bias zeros"),
        LayerCase(
            "DepthwiseConv2D", ["kernel_size": 3, "depth_multiplier": 2, "padding": "same", "strides": 2],
            [[2, 4, 5, 2]], gives: [2, 2, 3, 4], "depthwise_kernel (3, 3, 2, 2) kernel glorotUniform",
            "bias (4,) bias zeros"),
        LayerCase(
            "DepthwiseConv2D", ["kernel_size": 2, "use_bias": false, "activation": "relu6"], [[1, 3, 3, 3]],
            gives: [1, 2, 2, 3], "depthwise_kernel (2, 2, 3, 1) kernel glorotUniform"),
        LayerCase(
            "SeparableConv2D", ["filters": 3, "kernel_size": 2, "depth_multiplier": 2, "activation": "sigmoid"],
            [[2, 4, 3, 2]], gives: [2, 3, 2, 3], "depthwise_kernel (2, 2, 2, 2) kernel glorotUniform",
            "pointwise_kernel (1, 1, 4, 3) kernel glorotUniform", "bias (3,) bias zeros"),
    ]

    static let pooling = [
        LayerCase("MaxPooling2D", [:], [[2, 5, 4, 2]], gives: [2, 2, 2, 2]),
        LayerCase(
            "MaxPooling2D", ["pool_size": 3, "strides": 2, "padding": "same"], [[1, 5, 4, 2]], gives: [1, 3, 2, 2]),
        LayerCase(
            "AveragePooling2D", ["pool_size": [2, 3], "strides": [1, 2]], [[2, 3, 5, 1]], gives: [2, 2, 2, 1]),
        LayerCase("AveragePooling2D", ["padding": "same"], [[2, 3, 3, 2]], gives: [2, 2, 2, 2]),
        LayerCase("GlobalAveragePooling2D", [:], [[2, 3, 4, 2]], gives: [2, 2]),
        LayerCase("GlobalAveragePooling2D", ["keepdims": true], [[2, 3, 4, 2]], gives: [2, 1, 1, 2]),
        LayerCase("GlobalMaxPooling2D", [:], [[2, 3, 4, 2]], gives: [2, 2]),
    ]

    private static let statistics = ["moving_mean (2,) statistic zeros", "moving_variance (2,) statistic ones"]

    static let normalization = [
        LayerCase(
            "BatchNormalization", [:], [[3, 2, 3, 2]], gives: [3, 2, 3, 2], "gamma (2,) scale ones",
            "beta (2,) offset zeros", statistics[0], statistics[1]),
        LayerCase(
            "BatchNormalization", ["scale": false, "epsilon": 0.1], [[6, 2]], gives: [6, 2], "beta (2,) offset zeros",
            statistics[0], statistics[1]),
        LayerCase(
            "BatchNormalization", ["center": false, "axis": [3]], [[2, 2, 2, 2]], gives: [2, 2, 2, 2],
            "gamma (2,) scale ones", statistics[0], statistics[1]),
        LayerCase(
            "BatchNormalization", ["axis": 1], [[3, 2, 4]], gives: [3, 2, 4], "gamma (2,) scale ones",
            "beta (2,) offset zeros", statistics[0], statistics[1]),
    ]

    static let shaping = [
        LayerCase("Dropout", ["rate": 0.4], [[3, 5]], gives: [3, 5]),
        LayerCase("Flatten", [:], [[2, 3, 4]], gives: [2, 12]),
        LayerCase("Reshape", ["target_shape": [-1, 2]], [[2, 3, 4]], gives: [2, 6, 2]),
        LayerCase("Reshape", ["target_shape": [12]], [[2, 3, 4]], gives: [2, 12]),
        LayerCase("ZeroPadding2D", [:], [[1, 2, 3, 2]], gives: [1, 4, 5, 2]),
        LayerCase("ZeroPadding2D", ["padding": [1, 0]], [[1, 2, 3, 2]], gives: [1, 4, 3, 2]),
        LayerCase("ZeroPadding2D", ["padding": [[0, 1], [2, 0]]], [[1, 2, 3, 2]], gives: [1, 3, 5, 2]),
    ]

    static let merging = [
        LayerCase("Add", [:], [[2, 3], [2, 3], [2, 3]], gives: [2, 3]),
        LayerCase("Add", [:], [[2, 3, 1, 2], [2, 1, 4, 2]], gives: [2, 3, 4, 2]),
        LayerCase("Multiply", [:], [[2, 3, 4, 2], [2, 1, 1, 2]], gives: [2, 3, 4, 2]),
        LayerCase("Multiply", [:], [[2, 3, 4, 2], [2, 1, 4, 1]], gives: [2, 3, 4, 2]),
        LayerCase("Concatenate", [:], [[2, 3, 1], [2, 3, 2]], gives: [2, 3, 3]),
        LayerCase("Concatenate", ["axis": 1], [[2, 3, 2], [2, 1, 2], [2, 2, 2]], gives: [2, 6, 2]),
    ]

    static let activations =
        Activation.names.map { name in
            LayerCase(
                "Activation", ["activation": .string(name)], [[3, 6]], gives: name == "glu" ? [3, 3] : [3, 6])
        } + [
            LayerCase("ReLU", [:], [[3, 5]], gives: [3, 5]),
            LayerCase("ReLU", ["max_value": 0.5, "negative_slope": 0.1, "threshold": 0.2], [[3, 5]], gives: [3, 5]),
            LayerCase("Softmax", [:], [[2, 4]], gives: [2, 4]),
            LayerCase("Softmax", ["axis": 1], [[2, 3, 4]], gives: [2, 3, 4]),
        ]
}
