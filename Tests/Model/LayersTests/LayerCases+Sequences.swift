import JSON
import Tensors

extension LayerCase {
    static let sequences = lookups + recurrent + cells + convolutional + wrappers

    private static func kernel(_ shape: Shape) -> String { "kernel \(shape) kernel glorotUniform" }
    private static func recurrent(_ shape: Shape) -> String { "recurrent_kernel \(shape) kernel orthogonal(gain: 1.0)" }
    private static func bias(_ shape: Shape) -> String { "bias \(shape) bias zeros" }
    private static func forget(_ shape: Shape, _ units: Int) -> String {
        "bias \(shape) bias forgetGate(Layers.Initializer.constant(0.0), units: \(units))"
    }

    private func indexed(below count: Int) -> LayerCase {
        var copy = self
        copy.indices = count
        return copy
    }

    private static let table = "uniform(minimum: -0.05, maximum: 0.05)"

    private static let lookups = [
        LayerCase(
            "Embedding", ["input_dim": 7, "output_dim": 3], [[2, 4]], gives: [2, 4, 3],
            "embeddings (7, 3) embedding \(table)"
        ).indexed(below: 7),
        LayerCase(
            "Embedding", ["input_dim": 3, "output_dim": 2, "mask_zero": true, "input_length": 2], [[2, 2, 2]],
            gives: [2, 2, 2, 2], "embeddings (3, 2) embedding \(table)"
        ).indexed(below: 3),
        LayerCase("Masking", ["mask_value": 0.05], [[2, 3, 4]], gives: [2, 3, 4]),
    ]

    private static let recurrent = [
        LayerCase(
            "SimpleRNN", ["units": 3], [[2, 4, 5]], gives: [2, 3], kernel([5, 3]), recurrent([3, 3]), bias([3])),
        LayerCase(
            "SimpleRNN",
            ["units": 2, "activation": "relu", "use_bias": false, "return_sequences": true, "unroll": true],
            [[3, 2, 2]], gives: [3, 2, 2], kernel([2, 2]), recurrent([2, 2])),
        LayerCase(
            "LSTM", ["units": 3], [[2, 4, 2]], gives: [2, 3], kernel([2, 12]), recurrent([3, 12]), forget([12], 3)),
        LayerCase(
            "LSTM",
            [
                "units": 2, "activation": "softsign", "recurrent_activation": "hard_sigmoid", "unit_forget_bias": false,
                "return_sequences": true, "go_backwards": true, "dropout": 0.3, "recurrent_dropout": 0.4,
                "implementation": 1, "stateful": true,
            ], [[3, 3, 4]], gives: [3, 3, 2], kernel([4, 8]), recurrent([2, 8]), bias([8])),
        LayerCase(
            "LSTM", ["units": 2, "go_backwards": true, "use_bias": false, "time_major": true, "activation": "linear"],
            [[3, 2, 4]], gives: [2, 2], kernel([4, 8]), recurrent([2, 8])),
        LayerCase(
            "GRU", ["units": 2], [[3, 4, 3]], gives: [3, 2], kernel([3, 6]), recurrent([2, 6]), bias([2, 6])),
        LayerCase(
            "GRU",
            [
                "units": 3, "reset_after": false, "return_sequences": true, "time_major": true,
                "recurrent_dropout": 0.5,
                "activation": "swish",
            ], [[4, 2, 2]], gives: [4, 2, 3], kernel([2, 9]), recurrent([3, 9]), bias([9])),
        LayerCase(
            "GRU", ["units": 2, "use_bias": false, "recurrent_activation": "softsign"], [[2, 3, 2]], gives: [2, 2],
            kernel([2, 6]), recurrent([2, 6])),
        LayerCase(
            "CuDNNLSTM", ["units": 3, "return_sequences": true], [[2, 3, 2]], gives: [2, 3, 3], kernel([2, 12]),
            recurrent([3, 12]), forget([24], 3)),
        LayerCase(
            "CuDNNGRU", ["units": 2, "go_backwards": true], [[2, 3, 4]], gives: [2, 2], kernel([4, 6]),
            recurrent([2, 6]), bias([12])),
    ]

    private static func cell(_ className: String, _ units: Int, _ name: String) -> JSON {
        ["class_name": .string(className), "config": ["units": .integer(units), "name": .string(name)]]
    }

    private static let cells = [
        LayerCase(
            "RNN", ["cell": cell("GRUCell", 2, "cell"), "return_sequences": true], [[2, 3, 3]], gives: [2, 3, 2],
            kernel([3, 6]), recurrent([2, 6]), bias([2, 6])),
        LayerCase(
            "RNN",
            [
                "cell": [
                    "class_name": "StackedRNNCells",
                    "config": ["cells": [cell("LSTMCell", 2, "a"), cell("SimpleRNNCell", 3, "b")]],
                ], "go_backwards": true,
            ], [[2, 3, 2]], gives: [2, 3], kernel([2, 8]), recurrent([2, 8]), forget([8], 2), kernel([2, 3]),
            recurrent([3, 3]), bias([3])),
        LayerCase(
            "RNN", ["cell": [cell("SimpleRNNCell", 2, "same"), cell("SimpleRNNCell", 2, "same")]], [[2, 2, 1]],
            gives: [2, 2], kernel([1, 2]), recurrent([2, 2]), bias([2]), kernel([2, 2]), recurrent([2, 2]), bias([2])),
    ]

    private static let convolutional = [
        LayerCase(
            "ConvLSTM1D", ["filters": 2, "kernel_size": 3, "padding": "same", "return_sequences": true],
            [[2, 2, 4, 1]], gives: [2, 2, 4, 2], kernel([3, 1, 8]), recurrent([3, 2, 8]), forget([8], 2)),
        LayerCase(
            "ConvLSTM2D",
            [
                "filters": 1, "kernel_size": [2, 1], "strides": [1, 2], "activation": "softsign", "go_backwards": true,
                "dropout": 0.3, "recurrent_dropout": 0.2, "use_bias": false,
            ], [[2, 3, 3, 4, 2]], gives: [2, 2, 2, 1], kernel([2, 1, 2, 4]), recurrent([2, 1, 1, 4])),
        LayerCase(
            "ConvLSTM2D",
            [
                "filters": 2, "kernel_size": 2, "data_format": "channels_first", "return_sequences": true,
                "go_backwards": true, "unit_forget_bias": false,
            ], [[2, 2, 1, 3, 3]], gives: [2, 2, 2, 2, 2], kernel([2, 2, 1, 8]), recurrent([2, 2, 2, 8]), bias([8])),
        LayerCase(
            "ConvLSTM3D", ["filters": 1, "kernel_size": 2, "dilation_rate": [1, 2, 1]], [[1, 2, 2, 3, 2, 1]],
            gives: [1, 1, 1, 1, 1], kernel([2, 2, 2, 1, 4]), recurrent([2, 2, 2, 1, 4]), forget([4], 1)),
    ]

    private static func layer(_ className: String, _ config: JSON) -> JSON {
        ["class_name": .string(className), "config": config]
    }

    private static let both = [kernel([2, 8]), recurrent([2, 8]), forget([8], 2)]

    private static let wrappers =
        ["concat", "sum", "mul", "ave"].map { mode in
            LayerCase(
                "Bidirectional",
                [
                    "merge_mode": .string(mode),
                    "layer": layer("LSTM", ["units": 2, "name": "lstm", "return_sequences": true]),
                ], [[2, 3, 2]], gives: mode == "concat" ? [2, 3, 4] : [2, 3, 2], both[0], both[1], both[2], both[0],
                both[1], both[2])
        } + [
            LayerCase(
                "Bidirectional",
                [
                    "layer": layer("SimpleRNN", ["units": 2, "use_bias": false]),
                    "backward_layer": layer("GRU", ["units": 3, "use_bias": false, "go_backwards": true]),
                ], [[2, 3, 1]], gives: [2, 5], kernel([1, 2]), recurrent([2, 2]), kernel([1, 9]), recurrent([3, 9])),
            LayerCase(
                "TimeDistributed", ["layer": layer("Dense", ["units": 2, "activation": "tanh", "name": "dense"])],
                [[2, 3, 4]], gives: [2, 3, 2], kernel([4, 2]), bias([2])),
            LayerCase(
                "TimeDistributed",
                ["layer": layer("Conv2D", ["filters": 2, "kernel_size": 2, "use_bias": false])], [[2, 2, 3, 3, 1]],
                gives: [2, 2, 2, 2, 2], kernel([2, 2, 1, 2])),
            LayerCase(
                "TimeDistributed",
                ["layer": layer("Bidirectional", ["layer": layer("SimpleRNN", ["units": 2, "use_bias": false])])],
                [[2, 2, 3, 1]], gives: [2, 2, 4], kernel([1, 2]), recurrent([2, 2]), kernel([1, 2]), recurrent([2, 2])
            ),
            LayerCase(
                "TimeDistributedDense", ["units": 3, "input_length": 2], [[2, 2, 4]], gives: [2, 2, 3],
                kernel([4, 3]), bias([3])),
        ]
}
