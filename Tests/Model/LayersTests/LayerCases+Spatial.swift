import JSON
import Tensors

extension LayerCase {
    static let spatial =
        convolutions1And3D + transposedConvolutions + separableConvolutions + channelsFirst + poolings1And3D
        + globalPoolings + borders + locallyConnected

    private static func kernel(_ shape: Shape) -> String { "kernel \(shape) kernel glorotUniform" }
    private static func bias(_ count: Int) -> String { "bias (\(count),) bias zeros" }

    private static let convolutions1And3D = [
        LayerCase(
            "Conv1D", ["filters": 3, "kernel_size": 3], [[2, 6, 2]], gives: [2, 4, 3], kernel([3, 2, 3]), bias(3)),
        LayerCase(
            "Conv1D", ["filters": 2, "kernel_size": [4], "strides": 3, "padding": "same", "activation": "tanh"],
            [[2, 7, 2]], gives: [2, 3, 2], kernel([4, 2, 2]), bias(2)),
        LayerCase(
            "Conv1D", ["filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": "causal", "use_bias": false],
            [[2, 6, 3]], gives: [2, 6, 2], kernel([3, 3, 2])),
        LayerCase(
            "Conv1D", ["filters": 2, "kernel_size": 2, "strides": 2, "padding": "causal"], [[2, 5, 2]],
            gives: [2, 3, 2], kernel([2, 2, 2]), bias(2)),
        LayerCase(
            "Conv1D", ["filters": 4, "kernel_size": 3, "groups": 2, "padding": "causal"], [[2, 4, 6]],
            gives: [2, 4, 4], kernel([3, 3, 4]), bias(4)),
        // A window longer than what `same` and `causal` are given.
        LayerCase(
            "Conv1D", ["filters": 2, "kernel_size": 5, "padding": "same"], [[2, 2, 2]], gives: [2, 2, 2],
            kernel([5, 2, 2]), bias(2)),
        LayerCase(
            "Conv1D", ["filters": 2, "kernel_size": 4, "padding": "causal", "dilation_rate": 3], [[2, 3, 1]],
            gives: [2, 3, 2], kernel([4, 1, 2]), bias(2)),
        LayerCase(
            "Conv1D", ["filters": 2, "kernel_size": 1, "strides": 3, "padding": "same"], [[2, 5, 2]],
            gives: [2, 2, 2], kernel([1, 2, 2]), bias(2)),
        LayerCase(
            "Conv1D", ["filters": 2, "kernel_size": 2], [[2, 3, 4, 3]], gives: [2, 3, 3, 2], kernel([2, 3, 2]), bias(2)),
        LayerCase(
            "Conv2D", ["filters": 2, "kernel_size": [4, 2], "strides": [3, 2], "padding": "same"], [[2, 5, 4, 2]],
            gives: [2, 2, 2, 2], kernel([4, 2, 2, 2]), bias(2)),
        LayerCase(
            "Conv3D", ["filters": 2, "kernel_size": 2], [[1, 3, 2, 3, 2]], gives: [1, 2, 1, 2, 2],
            kernel([2, 2, 2, 2, 2]), bias(2)),
        LayerCase(
            "Conv3D", ["filters": 2, "kernel_size": [3, 2, 1], "strides": [2, 1, 2], "padding": "same"],
            [[1, 4, 2, 3, 1]], gives: [1, 2, 2, 2, 2], kernel([3, 2, 1, 1, 2]), bias(2)),
        LayerCase(
            "Conv3D", ["filters": 4, "kernel_size": 2, "groups": 2, "dilation_rate": [1, 2, 1], "use_bias": false],
            [[1, 2, 3, 2, 4]], gives: [1, 1, 1, 1, 4], kernel([2, 2, 2, 2, 4])),
    ]

    private static let transposedConvolutions = [
        LayerCase(
            "Conv1DTranspose", ["filters": 3, "kernel_size": 3], [[2, 4, 2]], gives: [2, 6, 3], kernel([3, 3, 2]),
            bias(3)),
        LayerCase(
            "Conv1DTranspose", ["filters": 2, "kernel_size": 2, "strides": 3, "activation": "relu"], [[2, 3, 2]],
            gives: [2, 9, 2], kernel([2, 2, 2]), bias(2)),
        LayerCase(
            "Conv1DTranspose", ["filters": 2, "kernel_size": 2, "strides": 4, "padding": "same", "use_bias": false],
            [[2, 3, 2]], gives: [2, 12, 2], kernel([2, 2, 2])),
        LayerCase(
            "Conv1DTranspose", ["filters": 2, "kernel_size": 4, "strides": 3, "output_padding": 1], [[2, 3, 1]],
            gives: [2, 11, 2], kernel([4, 2, 1]), bias(2)),
        LayerCase(
            "Conv1DTranspose",
            ["filters": 2, "kernel_size": 5, "strides": 3, "output_padding": 1, "padding": "same"], [[2, 3, 2]],
            gives: [2, 8, 2], kernel([5, 2, 2]), bias(2)),
        LayerCase(
            "Conv1DTranspose", ["filters": 2, "kernel_size": 3, "dilation_rate": 2], [[2, 3, 2]], gives: [2, 7, 2],
            kernel([3, 2, 2]), bias(2)),
        LayerCase(
            "Conv2DTranspose", ["filters": 2, "kernel_size": [3, 2], "strides": [2, 1]], [[2, 2, 3, 3]],
            gives: [2, 5, 4, 2], kernel([3, 2, 2, 3]), bias(2)),
        LayerCase(
            "Conv2DTranspose", ["filters": 2, "kernel_size": [3, 4], "strides": 2, "padding": "same"],
            [[2, 2, 3, 2]], gives: [2, 4, 6, 2], kernel([3, 4, 2, 2]), bias(2)),
        LayerCase(
            "Conv2DTranspose",
            ["filters": 1, "kernel_size": [3, 4], "strides": [3, 2], "padding": "same", "output_padding": [0, 1]],
            [[2, 2, 3, 2]], gives: [2, 4, 5, 1], kernel([3, 4, 1, 2]), bias(1)),
        LayerCase(
            "Conv2DTranspose", ["filters": 2, "kernel_size": 2, "dilation_rate": 2, "padding": "same"],
            [[1, 3, 2, 2]], gives: [1, 3, 2, 2], kernel([2, 2, 2, 2]), bias(2)),
        LayerCase(
            "Conv3DTranspose", ["filters": 2, "kernel_size": 2, "strides": [1, 2, 3]], [[1, 2, 2, 2, 1]],
            gives: [1, 3, 4, 6, 2], kernel([2, 2, 2, 2, 1]), bias(2)),
        LayerCase(
            "Conv3DTranspose", ["filters": 1, "kernel_size": 3, "strides": 2, "padding": "same", "use_bias": false],
            [[1, 1, 2, 2, 2]], gives: [1, 2, 4, 4, 1], kernel([3, 3, 3, 1, 2])),
    ]

    private static let separableConvolutions = [
        LayerCase(
            "DepthwiseConv1D", ["kernel_size": 3, "depth_multiplier": 2, "padding": "same", "strides": 2],
            [[2, 5, 2]], gives: [2, 3, 4], "depthwise_kernel (3, 2, 2) kernel glorotUniform", bias(4)),
        LayerCase(
            "DepthwiseConv1D", ["kernel_size": 2, "dilation_rate": 2, "use_bias": false], [[2, 4, 3]],
            gives: [2, 2, 3], "depthwise_kernel (2, 3, 1) kernel glorotUniform"),
        LayerCase(
            "SeparableConv1D", ["filters": 3, "kernel_size": 3, "depth_multiplier": 2, "padding": "causal"],
            [[2, 4, 2]], gives: [2, 4, 3], "depthwise_kernel (3, 2, 2) kernel glorotUniform",
            "pointwise_kernel (1, 4, 3) kernel glorotUniform", bias(3)),
        LayerCase(
            "SeparableConv1D", ["filters": 2, "kernel_size": 2, "strides": 2, "use_bias": false], [[2, 5, 3]],
            gives: [2, 2, 2], "depthwise_kernel (2, 3, 1) kernel glorotUniform",
            "pointwise_kernel (1, 3, 2) kernel glorotUniform"),
    ]

    private static let channelsFirst = [
        LayerCase(
            "Conv1D", ["filters": 3, "kernel_size": 3, "padding": "causal", "data_format": "channels_first"],
            [[2, 2, 6]], gives: [2, 3, 6], kernel([3, 2, 3]), bias(3)),
        LayerCase(
            "Conv2D",
            ["filters": 3, "kernel_size": [3, 2], "data_format": "channels_first", "activation": "softmax"],
            [[2, 2, 5, 4]], gives: [2, 3, 3, 3], kernel([3, 2, 2, 3]), bias(3)),
        LayerCase(
            "Conv3D", ["filters": 2, "kernel_size": 2, "data_format": "channels_first", "activation": "elu"],
            [[1, 3, 2, 3, 2]], gives: [1, 2, 1, 2, 1], kernel([2, 2, 2, 3, 2]), bias(2)),
        LayerCase(
            "Conv2D", ["filters": 2, "kernel_size": 2, "data_format": "channels_first"], [[2, 2, 3, 3, 4]],
            gives: [2, 2, 2, 2, 3], kernel([2, 2, 3, 2]), bias(2)),
        LayerCase(
            "Conv2DTranspose", ["filters": 3, "kernel_size": 2, "strides": 2, "data_format": "channels_first"],
            [[2, 2, 2, 3]], gives: [2, 3, 4, 6], kernel([2, 2, 3, 2]), bias(3)),
        LayerCase(
            "DepthwiseConv2D", ["kernel_size": 2, "depth_multiplier": 2, "data_format": "channels_first"],
            [[2, 2, 3, 4]], gives: [2, 4, 2, 3], "depthwise_kernel (2, 2, 2, 2) kernel glorotUniform", bias(4)),
        LayerCase(
            "SeparableConv1D", ["filters": 3, "kernel_size": 2, "data_format": "channels_first"], [[2, 2, 4]],
            gives: [2, 3, 3], "depthwise_kernel (2, 2, 1) kernel glorotUniform",
            "pointwise_kernel (1, 2, 3) kernel glorotUniform", bias(3)),
        LayerCase("MaxPooling2D", ["data_format": "channels_first"], [[2, 3, 4, 5]], gives: [2, 3, 2, 2]),
        LayerCase("AveragePooling1D", ["data_format": "channels_first"], [[2, 3, 4]], gives: [2, 3, 2]),
        LayerCase("GlobalMaxPooling2D", ["data_format": "channels_first"], [[2, 3, 4, 5]], gives: [2, 3]),
        LayerCase(
            "GlobalAveragePooling2D", ["data_format": "channels_first", "keepdims": true], [[2, 3, 4, 5]],
            gives: [2, 3, 1, 1]),
        LayerCase(
            "ZeroPadding2D", ["data_format": "channels_first", "padding": [[0, 1], [2, 0]]], [[2, 3, 2, 2]],
            gives: [2, 3, 3, 4]),
        LayerCase(
            "Cropping2D", ["data_format": "channels_first", "cropping": [[0, 1], [2, 0]]], [[2, 3, 3, 4]],
            gives: [2, 3, 2, 2]),
        LayerCase("Flatten", ["data_format": "channels_first"], [[2, 3, 4, 2]], gives: [2, 24]),
        LayerCase("Flatten", ["data_format": "channels_first"], [[2, 3]], gives: [2, 3]),
    ]

    private static let poolings1And3D = [
        LayerCase("MaxPooling1D", [:], [[2, 5, 3]], gives: [2, 2, 3]),
        LayerCase(
            "MaxPooling1D", ["pool_size": [3], "strides": [2], "padding": "same"], [[2, 6, 2]], gives: [2, 3, 2]),
        LayerCase("AveragePooling1D", ["pool_size": 3, "strides": 1], [[2, 5, 2]], gives: [2, 3, 2]),
        LayerCase(
            "AveragePooling1D", ["pool_size": 4, "strides": 3, "padding": "same"], [[2, 5, 2]], gives: [2, 2, 2]),
        LayerCase("MaxPooling3D", [:], [[1, 2, 3, 4, 2]], gives: [1, 1, 1, 2, 2]),
        LayerCase(
            "MaxPooling3D", ["pool_size": [2, 3, 1], "strides": [1, 2, 2], "padding": "same"], [[1, 2, 3, 4, 2]],
            gives: [1, 2, 2, 2, 2]),
        LayerCase(
            "AveragePooling3D", ["pool_size": [1, 2, 3], "strides": 1], [[1, 2, 3, 4, 1]], gives: [1, 2, 2, 2, 1]),
        LayerCase("AveragePooling3D", ["padding": "same"], [[1, 3, 3, 2, 2]], gives: [1, 2, 2, 1, 2]),
    ]

    private static let globalPoolings = ["Average", "Max"].flatMap { kind in
        [
            LayerCase("Global\(kind)Pooling1D", [:], [[2, 5, 3]], gives: [2, 3]),
            LayerCase("Global\(kind)Pooling1D", ["keepdims": true], [[2, 5, 3]], gives: [2, 1, 3]),
            LayerCase(
                "Global\(kind)Pooling1D", ["keepdims": true, "data_format": "channels_first"], [[2, 3, 5]],
                gives: [2, 3, 1]),
            LayerCase("Global\(kind)Pooling3D", [:], [[2, 2, 3, 2, 3]], gives: [2, 3]),
            LayerCase("Global\(kind)Pooling3D", ["keepdims": true], [[2, 2, 3, 2, 3]], gives: [2, 1, 1, 1, 3]),
        ]
    }

    private static let borders = [
        LayerCase("ZeroPadding1D", [:], [[2, 3, 2]], gives: [2, 5, 2]),
        LayerCase("ZeroPadding1D", ["padding": [2, 0]], [[2, 3, 2]], gives: [2, 5, 2]),
        LayerCase("ZeroPadding3D", ["padding": [1, 0, 2]], [[1, 1, 2, 1, 2]], gives: [1, 3, 2, 5, 2]),
        LayerCase(
            "ZeroPadding3D", ["padding": [[0, 1], [2, 0], [0, 0]]], [[1, 1, 2, 1, 2]], gives: [1, 2, 4, 1, 2]),
        LayerCase("Cropping1D", [:], [[2, 4, 2]], gives: [2, 2, 2]),
        LayerCase("Cropping1D", ["cropping": [0, 3]], [[2, 4, 2]], gives: [2, 1, 2]),
        LayerCase("Cropping2D", [:], [[2, 3, 2, 2]], gives: [2, 3, 2, 2]),
        LayerCase("Cropping2D", ["cropping": [[1, 0], [0, 2]]], [[2, 3, 4, 2]], gives: [2, 2, 2, 2]),
        LayerCase("Cropping3D", [:], [[1, 3, 4, 3, 2]], gives: [1, 1, 2, 1, 2]),
        LayerCase(
            "Cropping3D", ["cropping": [[0, 1], [1, 1], [2, 0]]], [[1, 2, 3, 3, 2]], gives: [1, 1, 1, 1, 2]),
    ]

    private static let locallyConnected = [
        LayerCase(
            "LocallyConnected1D", ["filters": 2, "kernel_size": 3], [[2, 5, 2]], gives: [2, 3, 2], kernel([3, 6, 2]),
            "bias (3, 2) bias zeros"),
        LayerCase(
            "LocallyConnected1D",
            ["filters": 3, "kernel_size": 2, "strides": 2, "data_format": "channels_first", "activation": "tanh"],
            [[2, 2, 5]], gives: [2, 3, 2], kernel([2, 4, 3]), "bias (2, 3) bias zeros"),
        LayerCase(
            "LocallyConnected1D", ["filters": 2, "kernel_size": 2, "implementation": 2, "padding": "same"],
            [[2, 4, 2]], gives: [2, 4, 2], kernel([4, 2, 4, 2]), "bias (4, 2) bias zeros"),
        LayerCase(
            "LocallyConnected1D",
            ["filters": 2, "kernel_size": 3, "implementation": 3, "padding": "same", "strides": 2, "use_bias": false],
            [[2, 4, 2]], gives: [2, 2, 2], kernel([20])),
        LayerCase(
            "LocallyConnected2D", ["filters": 2, "kernel_size": [2, 1]], [[1, 3, 2, 2]], gives: [1, 2, 2, 2],
            kernel([4, 4, 2]), "bias (2, 2, 2) bias zeros"),
        LayerCase(
            "LocallyConnected2D",
            ["filters": 2, "kernel_size": 2, "implementation": 2, "data_format": "channels_first"], [[1, 2, 3, 2]],
            gives: [1, 2, 2, 1], kernel([2, 3, 2, 2, 2, 1]), "bias (2, 1, 2) bias zeros"),
        LayerCase(
            "LocallyConnected2D",
            [
                "filters": 1, "kernel_size": [2, 3], "implementation": 3, "data_format": "channels_first",
                "padding": "same",
            ], [[1, 2, 2, 2]], gives: [1, 1, 2, 2], kernel([24]), "bias (2, 2, 1) bias zeros"),
    ]
}
