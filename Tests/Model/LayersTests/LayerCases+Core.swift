import JSON
import Layers
import Tensors

extension LayerCase {
    static let core = activationLayers + merges + rearrangements + normalizations + regularizations

    private static let activationLayers = [
        LayerCase("LeakyReLU", [:], [[3, 5]], gives: [3, 5]),
        LayerCase("LeakyReLU", ["alpha": 0.1], [[3, 5]], gives: [3, 5]),
        LayerCase("LeakyReLU", ["negative_slope": 0.6], [[3, 5]], gives: [3, 5]),
        LayerCase("ELU", ["alpha": 0.4], [[3, 5]], gives: [3, 5]),
        LayerCase("ThresholdedReLU", ["theta": 0.3], [[3, 5]], gives: [3, 5]),
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
        LayerCase("ActivityRegularization", ["l1": 0.1, "l2": 0.2], [[2, 3]], gives: [2, 3])
    ]
}
