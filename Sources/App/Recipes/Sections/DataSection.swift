import JSON

/// Examples, how they are batched and what is done to them.
package struct DataSection: Sendable, Hashable {
    package enum Validation: Sendable, Hashable {
        case none
        /// Of the training examples, above 0 and below 1.
        case share(Double)
        case source(SourceSection)
    }

    package enum Sampling: String, Sendable {
        case shuffle, sequential
    }

    package enum BadExamples: String, Sendable {
        case error, skip
    }

    /// What may be kept of what a frozen base computes.
    package enum Cache: Sendable, Hashable {
        case auto, off
        case bytes(Int)
    }

    package let train: SourceSection
    package let validation: Validation
    package let test: SourceSection?
    package let batchSize: Int
    package let transforms: [TransformSection]
    package let sampling: Sampling
    package let onBadExample: BadExamples
    package let cache: Cache

    init(_ node: RecipeNode) throws {
        train = try SourceSection(node.member("train"))
        validation = try DataSection.validation(node.member("validation"))
        test = try node.optional("test").map { try SourceSection($0) }
        batchSize = try node.member("batch_size").int()
        transforms = try node.member("transforms").list().map { try TransformSection($0) }
        sampling = try node.member("sampling").choice(Sampling.self)
        onBadExample = try node.member("on_bad_example").choice(BadExamples.self)
        let cache = try node.member("cache")
        self.cache =
            if let bytes = cache.scalar?.int { .bytes(bytes) } else { try cache.text() == "off" ? .off : .auto }
    }

    private static func validation(_ node: RecipeNode) throws -> Validation {
        guard let share = node.scalar?.double else { return .source(try SourceSection(node)) }
        return share == 0 ? .none : .share(share)
    }
}

/// Something that is done to every input.
package enum TransformSection: Sendable, Hashable {
    /// Times this number.
    case rescale(Double)
    /// Plus this number.
    case offset(Double)
    /// (x − mean) / std, one of each for all channels or one for each channel.
    case normalize(mean: [Double], std: [Double])

    init(_ node: RecipeNode) throws {
        guard let (key, value) = node.members?.elements.first else { throw RecipeTableError(path: node.path) }
        switch key {
        case "rescale": self = .rescale(try value.double())
        case "offset": self = .offset(try value.double())
        case "normalize":
            self = .normalize(mean: try value.member("mean").doubles(), std: try value.member("std").doubles())
        default: throw RecipeTableError(path: value.path)
        }
    }
}
