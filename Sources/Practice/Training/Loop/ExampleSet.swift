import Data

/// What examples are wanted for.
package enum ExampleUse: String, Hashable, Sendable {
    case training, validation, test
}

/// Some examples of a dataset: a split of it, or all.
package struct ExampleSet: Sendable {
    package let dataset: any Dataset
    /// Which; nil for all.
    package let indices: [Int]?
    /// What the dataset's numbers follow from (content of its files, choices, transforms, program), as text; nil where nobody
    /// can say.
    package let origin: (@Sendable () throws -> String)?

    package init(
        _ dataset: any Dataset, indices: [Int]? = nil, origin: (@Sendable () throws -> String)? = nil
    ) {
        self.dataset = dataset
        self.indices = indices
        self.origin = origin
    }

    package var count: Int { indices?.count ?? dataset.count }

    /// Batches of a whole pass, the last of which may be partial.
    package func batches(of size: Int) -> Int { (count + size - 1) / size }
}
