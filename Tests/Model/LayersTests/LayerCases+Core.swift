import JSON
import Layers
import Tensors

extension LayerCase {
    static let core =
        activationLayers + merges + rearrangements + normalizations + regularizations + preprocessing
        + attentions

    private static let activationLayers = [
        LayerCase("LeakyReLU", [:], [[3, 5]], gives: [3, 5]),
        LayerCase("LeakyReLU", ["alpha": 0.1], [[3, 5]], gives: [3, 5]),
        LayerCase("LeakyReLU", ["negative_slope": 0.6], [[3, 5]], gives: [3, 5]),
        LayerCase("ELU", ["alpha": 0.4], [[3, 5]], gives: [3, 5]),
        LayerCase("ThresholdedReLU", ["theta": 0.3], [[3, 5]], gives: [3, 5]),
        LayerCase("Identity", [:], [[3, 5]], gives: [3, 5]),
        LayerCase("PReLU", [:], [[2, 3, 4]], gives: [2, 3, 4], "alpha (3, 4) scale zeros"),
        LayerCase(
            "PReLU", ["shared_axes": [1, 2], "alpha_initializer": "ones"], [[2, 3, 2, 4]], gives: [2, 3, 2, 4],
            "alpha (1, 1, 4) scale ones"),
        LayerCase("Softmax", ["axis": [1, 2]], [[2, 3, 2, 2]], gives: [2, 3, 2, 2]),
        LayerCase("Softmax", ["axis": [-1, 1]], [[2, 3, 2]], gives: [2, 3, 2]),
        written("LeakyReLU", ["alpha": 0.1]), written("ReLU", ["max_value": 0.4, "negative_slope": 0.2]),
        written("relu", ["max_value": 0.4]), written("ELU", ["alpha": 2]), written("ThresholdedReLU", ["theta": 0.2]),
        written("gelu", ["approximate": true]), written("celu", ["alpha": 0.3]), written("squareplus", ["b": 2]),
        written("hard_shrink", ["threshold": 0.2]), written("soft_shrink", ["threshold": 0.2]),
        written("threshold", ["threshold": 0.2, "default_value": -3]), written("sparsemax", ["axis": 1]),
        written("log_softmax", ["axis": 1]), written("softmax", ["axis": 1]), written("Softmax", ["axis": -1]),
    ]

    /// An activation that is written out with its settings.
    private static func written(_ name: String, _ settings: JSON) -> LayerCase {
        LayerCase(
            "Activation", ["activation": ["class_name": .string(name), "config": settings]], [[2, 3, 4]],
            gives: [2, 3, 4])
    }

    private static let merges = [
        LayerCase("Add", [:], [[2, 3]], gives: [2, 3]),
        LayerCase("Add", [:], [[2, 3], [2, 4, 3]], gives: [2, 4, 3]),
        LayerCase("Subtract", [:], [[2, 3], [2, 3]], gives: [2, 3]),
        LayerCase("Subtract", [:], [[2, 4, 3], [2, 3]], gives: [2, 4, 3]),
        LayerCase("Average", [:], [[2, 3], [2, 3], [2, 1]], gives: [2, 3]),
        LayerCase("Maximum", [:], [[2, 3], [2, 3], [2, 3]], gives: [2, 3]),
        LayerCase("Minimum", [:], [[2, 3], [2, 3]], gives: [2, 3]),
        LayerCase("Dot", ["axes": 1], [[2, 3], [2, 3]], gives: [2, 1]),
        LayerCase("Dot", ["axes": -1, "normalize": true], [[2, 3], [2, 3]], gives: [2, 1]),
        LayerCase("Dot", ["axes": [2, 1]], [[2, 3, 4], [2, 4, 5]], gives: [2, 3, 5]),
        LayerCase("Dot", ["axes": [1, 2], "normalize": true], [[2, 3, 4], [2, 2, 3]], gives: [2, 4, 2]),
        LayerCase("Dot", ["axes": [1, 3]], [[2, 3], [2, 2, 4, 3]], gives: [2, 2, 4]),
        LayerCase("Dot", ["axes": [2, 1]], [[2, 4, 3, 2], [2, 3]], gives: [2, 4, 2]),
    ]

    private static let rearrangements = [
        LayerCase("Permute", ["dims": [2, 1]], [[2, 3, 4]], gives: [2, 4, 3]),
        LayerCase("Permute", ["dims": [3, 1, 2]], [[2, 3, 4, 5]], gives: [2, 5, 3, 4]),
        LayerCase("RepeatVector", ["n": 3], [[2, 4]], gives: [2, 3, 4]),
    ]

    private static let normalizations = [
        LayerCase(
            "BatchNormalization", ["mode": 1, "epsilon": 0.1], [[3, 4]], gives: [3, 4], "gamma (4,) scale ones",
            "beta (4,) offset zeros", "moving_mean (4,) statistic zeros", "moving_variance (4,) statistic ones"),
        LayerCase(
            "LayerNormalization", [:], [[2, 3, 4]], gives: [2, 3, 4], "gamma (4,) scale ones", "beta (4,) offset zeros"
        ),
        LayerCase(
            "LayerNormalization", ["axis": [2, 1], "epsilon": 0.1, "scale": false], [[2, 3, 4]], gives: [2, 3, 4],
            "beta (4, 3) offset zeros"),
        LayerCase(
            "LayerNormalization", ["axis": [1, -1], "center": false], [[2, 3, 2, 4]], gives: [2, 3, 2, 4],
            "gamma (3, 4) scale ones"),
        LayerCase(
            "LayerNormalization", ["rms_scaling": true], [[2, 4]], gives: [2, 4], "gamma (4,) scale ones",
            "beta (4,) offset zeros"),
        LayerCase("RMSNormalization", ["axis": [1, 2]], [[2, 3, 4]], gives: [2, 3, 4], "scale (3, 4) scale ones"),
        LayerCase(
            "GroupNormalization", ["groups": 2], [[2, 3, 4]], gives: [2, 3, 4], "gamma (4,) scale ones",
            "beta (4,) offset zeros"),
        LayerCase(
            "GroupNormalization", ["groups": -1, "axis": 1, "scale": false, "center": false], [[2, 3, 4]],
            gives: [2, 3, 4]),
        LayerCase("UnitNormalization", [:], [[2, 3, 4]], gives: [2, 3, 4]),
        LayerCase("UnitNormalization", ["axis": [1, 2]], [[2, 3, 4]], gives: [2, 3, 4]),
    ]

    private static let regularizations = [
        LayerCase("ActivityRegularization", ["l1": 0.1, "l2": 0.2], [[2, 3]], gives: [2, 3]),
        LayerCase("Dropout", ["rate": 0.4, "noise_shape": [nil, 1, 4]], [[2, 3, 4]], gives: [2, 3, 4]),
        LayerCase("SpatialDropout1D", ["rate": 0.4], [[2, 3, 4]], gives: [2, 3, 4]),
        LayerCase(
            "SpatialDropout2D", ["rate": 0.4, "data_format": "channels_first"], [[2, 3, 4, 2]], gives: [2, 3, 4, 2]),
        LayerCase("SpatialDropout3D", ["rate": 0.4], [[1, 2, 3, 2, 2]], gives: [1, 2, 3, 2, 2]),
        LayerCase("GaussianNoise", ["stddev": 0.7], [[2, 3]], gives: [2, 3]),
        LayerCase("GaussianDropout", ["rate": 0.3], [[2, 3]], gives: [2, 3]),
        LayerCase("AlphaDropout", ["rate": 0.3], [[2, 5]], gives: [2, 5]),
        LayerCase("AlphaDropout", ["rate": 0.3, "noise_shape": [-1, 1]], [[2, 5]], gives: [2, 5]),
    ]

    private static let preprocessing = [
        LayerCase("Lambda", ["function": ["4wE=", nil, nil], "function_type": "lambda"], [[2, 3]], gives: [2, 3]),
        LayerCase("Rescaling", ["scale": 0.5, "offset": -1], [[2, 3]], gives: [2, 3]),
        LayerCase("Rescaling", ["scale": [0.5, 2, 3], "offset": [[1, 2, 3]]], [[2, 4, 3]], gives: [2, 4, 3]),
        LayerCase(
            "Normalization", [:], [[2, 3, 4]], gives: [2, 3, 4], "mean (4,) statistic zeros",
            "variance (4,) statistic ones", "count () statistic zeros"),
        LayerCase(
            "Normalization", ["axis": [-1, 1], "invert": true], [[2, 3, 4]], gives: [2, 3, 4],
            "mean (3, 4) statistic zeros", "variance (3, 4) statistic ones", "count () statistic zeros"),
        LayerCase("Normalization", ["axis": [], "mean": 2, "variance": 3], [[2, 3]], gives: [2, 3]),
        LayerCase(
            "Normalization", ["mean": [1, 2, 3], "variance": [[4, 5, 0]], "invert": true], [[2, 3]], gives: [2, 3]),
    ]

    private static let attentions = [
        LayerCase("Attention", [:], [[2, 3, 4], [2, 5, 4]], gives: [2, 3, 4]),
        LayerCase(
            "Attention", ["use_scale": true, "dropout": 0.3, "causal": true], [[2, 3, 4], [2, 3, 2], [2, 3, 4]],
            gives: [2, 3, 2], "scale () scale ones"),
        LayerCase(
            "Attention", ["use_scale": true, "score_mode": "concat"], [[2, 3, 4], [2, 5, 4]], gives: [2, 3, 4],
            "scale () scale ones", "concat_score_weight () scale ones"),
        LayerCase(
            "AdditiveAttention", [:], [[2, 3, 4], [2, 5, 4]], gives: [2, 3, 4], "scale (4,) scale glorotUniform"),
        LayerCase("AdditiveAttention", ["use_scale": false], [[2, 3, 4], [2, 5, 4]], gives: [2, 3, 4]),
        LayerCase(
            "MultiHeadAttention", ["num_heads": 2, "key_dim": 3], [[2, 3, 4], [2, 5, 4]], gives: [2, 3, 4],
            "kernel (4, 2, 3) kernel glorotUniform", "bias (2, 3) bias zeros", "kernel (4, 2, 3) kernel glorotUniform",
            "bias (2, 3) bias zeros", "kernel (4, 2, 3) kernel glorotUniform", "bias (2, 3) bias zeros",
            "kernel (2, 3, 4) kernel glorotUniform", "bias (4,) bias zeros"),
        LayerCase(
            "MultiHeadAttention",
            [
                "num_heads": 2, "key_dim": 3, "value_dim": 2, "use_bias": false, "output_shape": [2, 3], "dropout": 0.2,
                "attention_axes": [1], "use_gate": true, "sliding_window": 2,
            ], [[2, 3, 2, 4], [2, 3, 2, 5]], gives: [2, 3, 2, 2, 3], "kernel (4, 2, 3) kernel glorotUniform",
            "kernel (5, 2, 3) kernel glorotUniform", "kernel (4, 2, 2) kernel glorotUniform",
            "kernel (5, 2, 2) kernel glorotUniform", "kernel (2, 2, 2, 3) kernel glorotUniform"),
        LayerCase(
            "MultiHeadAttention", ["num_heads": 1, "key_dim": 2, "use_bias": false], [[2, 2, 3, 2], [2, 2, 2, 2]],
            gives: [2, 2, 3, 2], "kernel (2, 1, 2) kernel glorotUniform", "kernel (2, 1, 2) kernel glorotUniform",
            "kernel (2, 1, 2) kernel glorotUniform", "kernel (1, 2, 2) kernel glorotUniform"),
        LayerCase(
            "GroupedQueryAttention",
            ["head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "use_bias": false],
            [[2, 3, 4], [2, 5, 4]], gives: [2, 3, 4], "kernel (4, 4, 3) kernel glorotUniform",
            "kernel (4, 2, 3) kernel glorotUniform", "kernel (4, 2, 3) kernel glorotUniform",
            "kernel (4, 3, 4) kernel glorotUniform"),
    ]
}
