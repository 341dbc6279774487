import Checkpoints
import Data
import Kernels
import OrderedCollections
import Tensors
import Tracking
import Training

extension Commands {
    /// Runs a model over inputs.
    package static func predict(_ options: PredictOptions, console: Console) throws -> ExitStatus {
        try CommandPaths.check(input: options.input)
        try options.output.map { try CommandPaths.check(output: $0) }
        let trained = try TrainedModel(path: options.model, lambdas: options.lambdas)
        try check(options, trained)
        let inputs = try PredictionInputs(
            path: options.input, inputNames: trained.inputNames, inputShapes: trained.file.model.inputShapes,
            table: trained.table, transforms: try trained.transforms())
        for note in inputs.notes { console.note(note) }
        let batchSize = min(options.batchSize, max(inputs.dataset.count, 1))
        try ThreadChoice.configure(options.threads, trained.file.model, inputs.shapes, batchSize: batchSize)
        let loaded = try trained.load(inputShapes: inputs.shapes)
        let predictor = try Predictor(
            model: trained.file.model, inputShapes: inputs.shapes, store: loaded.store, batchSize: batchSize)
        if options.top != nil { try checkClasses(predictor.outputShapes) }
        let outputs = try predictor.predict(inputs.dataset)
        if let path = options.output { try write(outputs, to: path) }
        if let top = options.top {
            show(outputs[0], top: top, trained, inputs.dataset, console)
        } else if options.output == nil {
            show(outputs, inputs.dataset, console)
        }
        return .done
    }

    /// What can be told before anything is computed.
    private static func check(_ options: PredictOptions, _ trained: TrainedModel) throws {
        let count = trained.file.model.outputs.count
        if let path = options.output, count > 1, !path.hasSuffix(".npz") {
            throw UsageError("the model has \(count) outputs: write them to a file that ends in .npz, not \(path)")
        }
    }

    private static func checkClasses(_ shapes: [Shape]) throws {
        guard shapes.count == 1, shapes[0].rank == 1, shapes[0][0] > 1 else {
            let found = shapes.map(\.description).joined(separator: " and ")
            throw UsageError("--top needs a model with one output of several classes; this one gives \(found)")
        }
    }

    private static func write(_ outputs: [Tensor], to path: String) throws {
        guard path.hasSuffix(".npz") else { return try NPYWriter.write(outputs[0], to: path) }
        let named = outputs.enumerated().map { ("y\($0.offset)", $0.element) }
        try NPZWriter.write(OrderedDictionary(uniqueKeysWithValues: named), to: path)
    }

    /// The classes with the highest scores, those first; of equal ones the lower number.
    static func likeliest(_ count: Int, of scores: ArraySlice<Float>) -> [(index: Int, score: Float)] {
        let ordered = zip(0..<scores.count, scores).sorted { ($0.1, $1.0) > ($1.1, $0.0) }
        return ordered.prefix(count).map { (index: $0.0, score: $0.1) }
    }

    /// The likeliest classes of each example with their probabilities.
    private static func show(
        _ output: Tensor, top: Int, _ trained: TrainedModel, _ dataset: any Dataset, _ console: Console
    ) {
        let width = output.shape[1]
        let names = trained.classNames ?? []
        for row in 0..<output.shape[0] {
            let scores = output.values[row * width..<(row + 1) * width]
            let text = likeliest(top, of: scores).map { index, score in
                "\(names.count == width ? names[index] : String(index)) \(Figures.percent(Double(score)))"
            }
            console.print(TerminalText.visible("\(dataset.name(of: row)): " + text.joined(separator: ", ")))
        }
    }

    /// So many numbers of an example are shown; more are for a file.
    private static let shownNumbers = 64

    private static func show(_ outputs: [Tensor], _ dataset: any Dataset, _ console: Console) {
        for row in 0..<dataset.count {
            let values = outputs.map { tensor in
                let width = tensor.shape.droppingFirst.count
                let numbers = tensor.values[row * width..<(row + 1) * width]
                return numbers.prefix(shownNumbers).map { "\($0)" }.joined(separator: " ")
                    + (width > shownNumbers ? " …" : "")
            }
            console.print(TerminalText.visible("\(dataset.name(of: row)): " + values.joined(separator: " | ")))
        }
        for (index, tensor) in outputs.enumerated() where tensor.shape.droppingFirst.count > shownNumbers {
            let name = outputs.count == 1 ? "each output" : "each y\(index)"
            console.note("\(name) has \(tensor.shape.droppingFirst) numbers; --output FILE writes them all")
        }
    }
}

/// What can be said of the paths on a command line before they are opened.
enum CommandPaths {
    /// - Throws: `UsageError` where nothing is there.
    static func check(input path: String) throws {
        if RecipePaths.kind(of: path) == nil { throw missing(path) }
    }

    /// - Throws: `UsageError` for what is no `.npy` or `.npz`, a folder, or a file in a folder that is not there.
    static func check(output path: String) throws {
        guard path.hasSuffix(".npy") || path.hasSuffix(".npz") else {
            throw UsageError("predictions are written as .npy, or as .npz for several outputs, not as \(path)")
        }
        if RecipePaths.kind(of: path) == .folder { throw UsageError("\(path) is a folder; expected a file to write") }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard RecipePaths.kind(of: folder) == .folder else {
            throw UsageError("\(path) cannot be written: there is no folder \(folder)")
        }
    }

    static func missing(_ path: String, _ noun: String = "file") -> UsageError {
        let base = path.split(separator: "/").last.map(String.init) ?? path
        let near = nearestName(base, RecipePaths.names(in: RecipePaths.folder(of: path)))
        return UsageError(
            "there is no \(noun) \(path)" + (near.map { "; did you mean \"\($0)\", which is there?" } ?? ""))
    }
}
