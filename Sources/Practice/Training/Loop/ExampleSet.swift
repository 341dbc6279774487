import Data

/// Some examples of a dataset: a split of it, or all.
package struct ExampleSet: Sendable {
    package let dataset: any Dataset
    /// Which; nil for all.
    package let indices: [Int]?

    package init(_ dataset: any Dataset, indices: [Int]? = nil) {
        self.dataset = dataset
        self.indices = indices
    }

    package var count: Int { indices?.count ?? dataset.count }
}
