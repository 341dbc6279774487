import Data
import Layers

/// Whether the inputs look like those the model knows.
enum RangeCheck {
    static func warnings(_ data: PreparedData, _ prepared: PreparedModel) -> [String] {
        guard let range = data.range, !prepared.pretrained.isEmpty else { return [] }
        if let expected = prepared.file.expectedRange { return [range.warning(expected: expected)].compactMap { $0 } }
        // A model that scales its own input may well want raw pixels.
        let first = prepared.model.entries.values.first { if case .layer = $0.content { true } else { false } }
        let scalesItself = ["BatchNormalization", "Rescaling", "Normalization"]
        if let first, scalesItself.contains(first.specification.className) { return [] }
        return [range.rawPixelWarning].compactMap { $0 }
    }
}
