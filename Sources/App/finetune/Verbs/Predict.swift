import ArgumentParser
import Recipes

struct Predict: Verb {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Runs a model, or the model of a run, over inputs.")

    @Argument(help: "A checkpoint, which takes numbers raw, or a run's folder, whose transforms are applied.")
    var model: String

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var lambdas: LambdaOptions

    @Option(help: ArgumentHelp("A .npy, .npz, .h5, .csv, image, or folder of images.", valueName: "x"))
    var input: String

    @Option(
        help: ArgumentHelp(
            "Where predictions are written, float32, rows in input order; an .npz for several outputs.",
            valueName: "y.npy"))
    var output: String?

    @Option(help: ArgumentHelp("Inputs that are computed together.", valueName: "n"))
    var batchSize = 32

    @Option(help: ArgumentHelp("Prints this many most probable classes for each input.", valueName: "k"))
    var top: Int?

    func validate() throws {
        guard (1...1_000_000).contains(batchSize) else {
            throw ValidationError("--batch-size takes a whole number of at least 1, not \(batchSize).")
        }
        if let top, top < 1 { throw ValidationError("--top takes a whole number of at least 1, not \(top).") }
    }

    func perform(_ console: Console) throws -> ExitStatus {
        let options = PredictOptions(
            model: model, input: input, output: output, batchSize: batchSize, top: top, threads: threads.threads,
            lambdas: lambdas.lambdas)
        return try Commands.predict(options, console: console)
    }
}
