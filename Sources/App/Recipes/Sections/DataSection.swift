import Data
import JSON
import Tensors
import Training

/// Examples, how they are batched and what is done to them.
package struct DataSection: Sendable, Hashable {
    package enum Validation: Sendable, Hashable {
        case none
        /// Of the training examples, above 0 and below 1.
        case share(Double)
        case source(SourceSection)
    }

    package enum Sampling: String, Sendable {
        case shuffle, sequential, balanced
    }

    /// What may be kept of what a frozen base computes.
    package enum Cache: Sendable, Hashable {
        case auto, off
        case bytes(Int)
    }

    package let train: SourceSection
    package let validation: Validation
    package let test: SourceSection?
    /// Of the training examples, above 0 and at most 1.
    package let fraction: Double
    /// What the validation share and the fraction follow from; nil for the recipe's seed.
    package let splitSeed: UInt64?
    package let batchSize: Int
    package let transforms: [TransformSection]
    package let sampling: Sampling
    package let onBadExample: BadExamplePolicy
    package let cache: Cache
    /// What is kept of a number.
    package let cachePrecision: Precision
    /// In how many ways an example is changed at random; nil for others in every epoch.
    package let views: Int?

    /// - Parameter losses: decide whether whole numbers among the targets are classes.
    init(_ node: RecipeNode, losses: OutputLosses) throws {
        onBadExample = try node.member("on_bad_example").choice(BadExamplePolicy.self)
        let context = SourceSection.Context(
            onBadExample: onBadExample, isRegression: losses.single?.isRegression ?? true)
        train = try SourceSection(node.member("train"), context)
        validation = try DataSection.validation(node.member("validation"), context)
        test = try node.optional("test").map { try SourceSection($0, context) }
        fraction = try node.member("fraction").double()
        splitSeed = try node.optional("split_seed").map { UInt64(try $0.int()) }
        batchSize = try node.member("batch_size").int()
        transforms = try node.member("transforms").list().map { try TransformSection($0) }
        sampling = try node.member("sampling").choice(Sampling.self)
        let views = try node.member("views").int()
        self.views = views > 1 ? views : nil
        cachePrecision = try node.member("cache_precision").choice(Precision.self)
        let cache = try node.member("cache")
        self.cache =
            if let bytes = cache.scalar?.int { .bytes(bytes) } else { try cache.text() == "off" ? .off : .auto }
    }

    private static func validation(_ node: RecipeNode, _ context: SourceSection.Context) throws -> Validation {
        guard let share = node.scalar?.double else { return .source(try SourceSection(node, context)) }
        return share == 0 ? .none : .share(share)
    }
}

/// Something that is done to every input.
package enum TransformSection: Sendable, Hashable {
    /// Complete as it is written.
    case fixed(Transform)
    /// A standardization whose mean and deviation are those of the training data.
    case standardizeToTrainingData

    init(_ node: RecipeNode) throws {
        guard let (key, value) = node.members?.elements.first else { throw RecipeTableError(path: node.path) }
        switch key {
        case "rescale":
            if let scale = value.scalar?.double {
                self = .fixed(.rescale(scale: Float(scale)))
            } else {
                self = .fixed(
                    .rescale(
                        scale: Float(try value.member("scale").double()),
                        offset: Float(try value.member("offset").double())))
            }
        case "standardize":
            guard let mean = try value.optional("mean")?.doubles(), let std = try value.optional("std")?.doubles()
            else {
                self = .standardizeToTrainingData
                return
            }
            self = .fixed(
                .standardize(try Standardization(mean: mean.map { Float($0) }, deviation: std.map { Float($0) })))
        case "resize": self = .fixed(.resize(try ImageSize(value)))
        case "reshape": self = .fixed(.reshape(Shape(try value.ints())))
        default: throw RecipeTableError(path: value.path)
        }
    }
}
