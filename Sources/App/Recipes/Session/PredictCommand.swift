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
        Parallel.configure(threads: options.threads ?? CPUFeatures().usableCores)
        let trained = try TrainedModel(path: options.model)
        var table: TableSource?
        if let recipe = trained.run?.recipe, case .table = recipe.data.train.format,
            case .table(let source) = try recipe.data.train.description(onBadExample: .error)
        {
            table = source
        }
        let inputs = try PredictionInputs(
            path: options.input, inputNames: trained.inputNames, inputShapes: trained.registry.inputShapes,
            table: table, transforms: try trained.run?.recipe.data.transforms.map { try $0.transform() } ?? [])
        for note in inputs.notes { console.note(note) }
        let predictor = try Predictor(
            model: trained.file.model, inputShapes: trained.registry.inputShapes, store: trained.store,
            batchSize: min(options.batchSize, max(inputs.dataset.count, 1)))
        let outputs = try predictor.predict(inputs.dataset)
        if let path = options.output { try write(outputs, to: path) }
        if let top = options.top {
            try show(outputs, top: top, trained, inputs.dataset, console)
        } else if options.output == nil {
            show(outputs, inputs.dataset, console)
        }
        return .done
    }

    private static func write(_ outputs: [Tensor], to path: String) throws {
        if outputs.count == 1, !path.hasSuffix(".npz") { return try NPYWriter.write(outputs[0], to: path) }
        guard path.hasSuffix(".npz") else {
            throw UsageError("the model has \(outputs.count) outputs: write them to a file that ends in .npz")
        }
        let named = outputs.enumerated().map { ("y\($0.offset)", $0.element) }
        try NPZWriter.write(OrderedDictionary(uniqueKeysWithValues: named), to: path)
    }

    /// The likeliest classes of each example with their probabilities.
    private static func show(
        _ outputs: [Tensor], top: Int, _ trained: TrainedModel, _ dataset: any Dataset, _ console: Console
    ) throws {
        guard outputs.count == 1, outputs[0].shape.rank == 2, outputs[0].shape[1] > 1 else {
            throw UsageError("--top needs a model with one output of several classes")
        }
        let width = outputs[0].shape[1]
        let names = trained.classNames ?? []
        for row in 0..<outputs[0].shape[0] {
            let scores = outputs[0].values[row * width..<(row + 1) * width]
            let best = zip(0..<width, scores).sorted { ($0.1, $1.0) > ($1.1, $0.0) }.prefix(top)
            let text = best.map { index, score in
                "\(names.count == width ? names[index] : String(index)) \(Figures.percent(Double(score)))"
            }
            console.print("\(dataset.name(of: row)): " + text.joined(separator: ", "))
        }
    }

    private static func show(_ outputs: [Tensor], _ dataset: any Dataset, _ console: Console) {
        for row in 0..<dataset.count {
            let values = outputs.map { tensor in
                let width = tensor.shape.droppingFirst.count
                return tensor.values[row * width..<(row + 1) * width].map { "\($0)" }.joined(separator: " ")
            }
            console.print("\(dataset.name(of: row)): " + values.joined(separator: " | "))
        }
    }
}
