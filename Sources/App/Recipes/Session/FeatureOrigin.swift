import Data
import Tensors

/// What the numbers of a dataset follow from.
enum FeatureOrigin {
    /// - Parameter content: SHA-256 of what the source is read from.
    /// - Throws: `SystemError` where that, or the program, cannot be read.
    static func text(
        of description: SourceDescription, _ content: String?, _ transforms: [Transform], _ dataset: any Dataset
    ) throws -> String {
        guard let content else { throw SystemError(operation: "tell", path: "the data", reason: "they have no hash") }
        return [
            "program \(try RunIdentity.programHash())", "content \(content)", "choices \(description.choices)",
            "transforms \(transforms)", "shapes \(dataset.inputShapes)", "examples \(dataset.count)",
        ].joined(separator: "\n")
    }
}
