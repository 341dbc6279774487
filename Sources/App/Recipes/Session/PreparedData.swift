import Data
import Layers
import OrderedCollections
import Tensors
import Training

/// The sources of a recipe, opened: headers, labels and tables read, nothing fitted to a model yet.
struct OpenedData {
    let train: OpenedSource
    let validation: OpenedSource?
    /// Read beside everything else: it is needed last.
    let test: BackgroundTask<OpenedSource>?
    let descriptions: OrderedDictionary<String, SourceDescription>

    var target: TargetKind { train.dataset.target }

    /// The shapes of a model's inputs, with what the model leaves open closed by the training examples after their
    /// transforms.
    /// - Throws: `RecipeError` where they do not agree.
    func closing(_ shapes: [OpenShape], _ recipe: Recipe) throws -> [Shape] {
        try recipe.locatingData("data.train") {
            // A standardization leaves shapes as they are.
            let transforms = recipe.data.transforms.compactMap { section in
                if case .fixed(let transform) = section { transform } else { nil }
            }
            let withChannels = try train.dataset.addingChannelAxis(for: shapes)
            return try TransformedDataset(withChannels, transforms).closing(shapes)
        }
    }

    /// - Throws: `RecipeError` where the recipe asks a file for what it has not; what a broken file says.
    init(_ recipe: Recipe) throws {
        let fixed = recipe.data.transforms.prefix { $0 != .standardizeToTrainingData }.compactMap { section in
            if case .fixed(let transform) = section { transform } else { nil }
        }
        let train = try recipe.locatingData("data.train") {
            let description = recipe.data.train.description.anticipating(fixed)
            return (description, try description.open())
        }
        var descriptions: OrderedDictionary = ["data.train": train.0]
        func other(_ section: SourceSection, _ path: String) -> SourceDescription {
            let description = section.description.anticipating(fixed).matching(train.1)
            descriptions[path] = description
            return description
        }
        var validation: OpenedSource?
        if case .source(let section) = recipe.data.validation {
            let description = other(section, "data.validation")
            validation = try recipe.locatingData("data.validation") { try description.open() }
        }
        self.train = train.1
        self.validation = validation
        test = recipe.data.test.map { section in
            let description = other(section, "data.test")
            return BackgroundTask { try description.open() }
        }
        self.descriptions = descriptions
    }
}

/// The examples of a run, fitted to its model.
struct PreparedData {
    let training: ExampleSet
    let validation: ExampleSet?
    let test: ExampleSet?
    private let hashing: BackgroundTask<OrderedDictionary<String, String>>
    let warnings: [String]
    /// Between which numbers the inputs lie after all transforms, by a sample; nil for several inputs.
    let range: InputRange?
    /// What is done to every input.
    let transforms: [Transform]
    /// How the columns of the training data became numbers; nil where they are no table.
    let encoding: TableEncoding?

    init(_ recipe: Recipe, _ opened: OpenedData, inputShapes: [Shape]) throws {
        let descriptions = opened.descriptions
        hashing = BackgroundTask { try descriptions.mapValues { try $0.contentHash() } }
        let split = try PreparedData.split(recipe, opened.train.dataset)
        let used = try PreparedData.used(recipe, opened.train.dataset, split?.train)
        let transforms = try PreparedData.transforms(recipe, opened.train.dataset, used, inputShapes)
        func fitted(_ source: OpenedSource, _ path: String) throws -> any Dataset {
            try recipe.locatingData(path) {
                let withChannels = try source.dataset.addingChannelAxis(for: inputShapes.map(\.dimensions))
                return try TransformedDataset(withChannels, transforms).fitted(to: inputShapes)
            }
        }
        let train = try fitted(opened.train, "data.train")
        let hashing = hashing
        func origin(_ path: String, _ dataset: any Dataset) -> (@Sendable () throws -> String)? {
            guard let description = descriptions[path] else { return nil }
            return { try FeatureOrigin.text(of: description, hashing.value()[path], transforms, dataset) }
        }
        training = ExampleSet(train, indices: used, origin: origin("data.train", train))
        let validationSource = try opened.validation.map { source in
            let dataset = try fitted(source, "data.validation")
            return ExampleSet(dataset, origin: origin("data.validation", dataset))
        }
        validation =
            split.map { ExampleSet(train, indices: $0.validation, origin: origin("data.train", train)) }
            ?? validationSource
        let testSource = try recipe.locatingData("data.test") { try opened.test?.value() }
        test = try testSource.map { source in
            let dataset = try fitted(source, "data.test")
            return ExampleSet(dataset, origin: origin("data.test", dataset))
        }
        self.transforms = transforms
        encoding = opened.train.encoding
        range = train.inputShapes.count == 1 ? try InputRange(of: train) : nil
        warnings = try PreparedData.warnings(
            [("training", opened.train)]
                + [("validation", opened.validation), ("test", testSource)].compactMap { name, source in
                    source.map { (name, $0) }
                })
    }

    /// SHA-256 of each source's bytes; waits until they are known.
    func hashes() throws -> OrderedDictionary<String, String> { try hashing.value() }

    private static func split(_ recipe: Recipe, _ dataset: any Dataset) throws -> Split? {
        guard case .share(let share) = recipe.data.validation else { return nil }
        return try recipe.locatingData("data.validation") {
            try Split.of(dataset, share: share, seed: recipe.splitSeed)
        }
    }

    /// The training examples that are used; nil for all.
    private static func used(_ recipe: Recipe, _ dataset: any Dataset, _ train: [Int]?) throws -> [Int]? {
        guard recipe.data.fraction < 1 else { return train }
        return try recipe.locatingData("data.fraction") {
            try Split.part(recipe.data.fraction, of: train, in: dataset, seed: recipe.splitSeed)
        }
    }

    /// The recipe's transforms, with what they take from the training examples filled in.
    private static func transforms(
        _ recipe: Recipe, _ dataset: any Dataset, _ examples: [Int]?, _ inputShapes: [Shape]
    ) throws -> [Transform] {
        try recipe.locatingData("data.transforms") {
            let data = try dataset.addingChannelAxis(for: inputShapes.map(\.dimensions))
            return try recipe.data.transforms.reduce(into: []) { done, section in
                switch section {
                case .fixed(let transform): done.append(transform)
                case .standardizeToTrainingData:
                    let sofar = try TransformedDataset(data, done)
                    done.append(
                        .standardize(
                            try Standardization(measuring: sofar, examples: examples ?? Array(0..<data.count))))
                }
            }
        }
    }

    /// - Parameter all: the training data first.
    private static func warnings(_ all: [(String, OpenedSource)]) throws -> [String] {
        var warnings = all.flatMap { $0.1.notes }
        for (name, source) in all where !source.skipped.isEmpty {
            let first = source.skipped.prefix(3).map(\.description).joined(separator: "; ")
            warnings.append("\(source.skipped.count) examples of the \(name) data were left out: \(first)")
        }
        for (name, source) in all.dropFirst() {
            let found = try DataChecks.duplicates(of: all[0].1.dataset, in: source.dataset)
            if let warning = found.warning(reference: "training", other: name) { warnings.append(warning) }
        }
        return warnings
    }
}

extension Recipe {
    fileprivate var splitSeed: UInt64 { data.splitSeed ?? seed }

    /// Runs `body` and gives an error about what was asked of the data a place in the recipe. A file that is broken
    /// keeps its own error.
    func locatingData<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as any DescriptionFault {
            throw RecipeError([problem(at: path, "\(error)")])
        }
    }
}
