import ArgumentParser
import Recipes

struct Convert: Verb {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Writes a checkpoint in the format that OUT's ending says.",
        discussion: """
            .h5            a whole model, for tf_keras and Keras 3
            .keras         a whole model, for Keras 3
            .weights.h5    weights, for load_weights of the same model in Keras 3
            .safetensors   tensors by name
            .npz           tensors by name
            """)

    @Argument(help: "A checkpoint of any format, or a run's folder.")
    var input: String

    @Argument(help: "The file to write.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "The model that the weights belong to, as model.to_json() writes it, where the file does not say.",
            valueName: "config.json"))
    var architecture: String?

    @Flag(help: "Replaces OUT where it is there already.")
    var force = false

    func perform(_ console: Console) throws -> ExitStatus {
        let options = ConvertOptions(input: input, output: output, architecture: architecture, replaces: force)
        return try Commands.convert(options, console: console)
    }
}
