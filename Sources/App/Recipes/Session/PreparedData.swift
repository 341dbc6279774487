import Data
import Layers
import OrderedCollections
import Tensors
import Training

/// The sources of a recipe, opened: headers, labels and tables read, nothing fitted to a model yet.
struct OpenedData {
    let train: OpenedSource
    let validation: OpenedSource?
    let test: OpenedSource?
    let descriptions: OrderedDictionary<String, SourceDescription>

    var target: TargetKind { train.dataset.target }

    /// - Throws: `RecipeError` where the recipe asks a file for what it has not; what a broken file says.
    init(_ recipe: Recipe) throws {
        let bad: BadExamplePolicy = recipe.data.onBadExample == .skip ? .skip : .error
        let train = try recipe.locatingData("data.train") {
            let description = try recipe.data.train.description(onBadExample: bad)
            return (description, try description.open())
        }
        func other(_ section: SourceSection?, _ path: String) throws -> (SourceDescription, OpenedSource)? {
            guard let section else { return nil }
            return try recipe.locatingData(path) {
                let description = try section.description(onBadExample: bad).matching(train.1)
                return (description, try description.open())
            }
        }
        var validation: (SourceDescription, OpenedSource)?
        if case .source(let section) = recipe.data.validation { validation = try other(section, "data.validation") }
        let test = try other(recipe.data.test, "data.test")
        self.train = train.1
        self.validation = validation?.1
        self.test = test?.1
        var descriptions: OrderedDictionary = ["data.train": train.0]
        if let validation { descriptions["data.validation"] = validation.0 }
        if let test { descriptions["data.test"] = test.0 }
        self.descriptions = descriptions
    }
}

/// The examples of a run, fitted to its model.
struct PreparedData {
    let training: ExampleSet
    let validation: ExampleSet?
    let test: ExampleSet?
    /// SHA-256 of each source's bytes.
    let hashes: OrderedDictionary<String, String>
    let warnings: [String]
    /// Between which numbers the inputs lie after all transforms, by a sample; nil for several inputs.
    let range: InputRange?

    init(_ recipe: Recipe, _ opened: OpenedData, inputShapes: [Shape]) throws {
        let transforms = try recipe.locatingData("data.transforms") {
            try recipe.data.transforms.map { try $0.transform() }
        }
        func fitted(_ source: OpenedSource, _ path: String) throws -> any Dataset {
            try recipe.locatingData(path) {
                let withChannels = try source.dataset.addingChannelAxis(for: inputShapes)
                return try TransformedDataset(withChannels, transforms).fitted(to: inputShapes)
            }
        }
        let descriptions = opened.descriptions
        let hashing = BackgroundTask { try descriptions.mapValues { try $0.contentHash() } }
        let train = try fitted(opened.train, "data.train")
        let test = try opened.test.map { try fitted($0, "data.test") }
        switch recipe.data.validation {
        case .none:
            training = ExampleSet(train)
            validation = nil
        case .share(let share):
            let split = try recipe.locatingData("data.validation") {
                try Split.of(train, share: share, seed: recipe.seed)
            }
            training = ExampleSet(train, indices: split.train)
            validation = ExampleSet(train, indices: split.validation)
        case .source:
            training = ExampleSet(train)
            validation = try opened.validation.map { ExampleSet(try fitted($0, "data.validation")) }
        }
        self.test = test.map { ExampleSet($0) }
        range = train.inputShapes.count == 1 ? try InputRange(of: train) : nil
        warnings = try PreparedData.warnings(opened)
        hashes = try hashing.value()
    }

    private static func warnings(_ opened: OpenedData) throws -> [String] {
        let all =
            [("training", opened.train)]
            + [("validation", opened.validation), ("test", opened.test)]
            .compactMap { name, source in source.map { (name, $0) } }
        var warnings = all.flatMap { $0.1.notes }
        for (name, source) in all where !source.skipped.isEmpty {
            let first = source.skipped.prefix(3).map(\.description).joined(separator: "; ")
            warnings.append("\(source.skipped.count) examples of the \(name) data were left out: \(first)")
        }
        for (name, source) in all.dropFirst() {
            let found = try DataChecks.duplicates(of: opened.train.dataset, in: source.dataset)
            if let warning = found.warning(reference: "training", other: name) { warnings.append(warning) }
        }
        return warnings
    }
}

extension Recipe {
    /// Runs `body` and gives an error about what was asked of the data a place in the recipe. A file that is broken
    /// keeps its own error.
    func locatingData<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as any DescriptionFault {
            throw RecipeError([problem(at: path, "\(error)")])
        }
    }
}
