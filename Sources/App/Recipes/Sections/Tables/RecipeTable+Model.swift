import JSON

extension RecipeTable {
    static let model = RecipeTable(
        "model", "Where the model comes from.",
        [
            RecipeField(
                "checkpoint", .path(.file), standard: .null, aliases: ["pretrained"],
                example: "../models/fashion-tops.h5",
                "A whole model: its architecture and its weights."),
            RecipeField(
                "architecture", .path(.file), standard: .null, aliases: ["config"], example: "../models/lenet5.json",
                "A Keras config in JSON; with no weights, training starts from scratch."),
            RecipeField(
                "weights", .oneOrMore(.path(.file)), standard: .null, aliases: ["initial_weights"],
                example: ["../models/W.npy", "../models/b.npy"],
                "Weights for the architecture: a weights file, an .npz, or .npy files in the order of the parameters."),
            RecipeField("cut_at", .text, standard: .null, example: "flatten", "The last layer that is kept."),
            RecipeField(
                "head", .list(.layer, minimum: 1), standard: .null,
                example: [["layer": "Dense", "units": "classes", "activation": "softmax"]],
                "Layers on top, by class and the settings of a Keras config; \"classes\" is filled in from the data."),
            RecipeField(
                "blocks", .keyed(.oneOrMore(.pattern)), standard: .null,
                example: ["stem": "conv1*", "body": ["block_*"]],
                "Names for groups of layers: rules may use them, layer_decay and discriminative count them, gradual unfreezes them."
            ),
            RecipeField(
                "lambda", .keyed(.text), standard: .null, aliases: ["lambdas"], example: ["normalize": "x / 127.5 - 1"],
                "What Lambda layers compute, by their names: arithmetic in x."),
            RecipeField(
                "reinitialize", .oneOrMore(.pattern), standard: .null, example: "last 3",
                "Tensors that start from the config's initializers although the checkpoint has them."),
        ])
}
