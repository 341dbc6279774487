import Graph
import JSON

/// The class of an augmentation that changes images only while training, and the settings it may have.
package protocol ImageAugmentation: Sendable {
    static var name: String { get }
    static var settings: [String] { get }
}

/// Augmentations that are not computed here: models that hold them predict, and are refused for training.
package struct InferenceImages<Kind: ImageAugmentation>: SimpleLayer {
    package static var className: String { Kind.name }

    package init(_ config: inout LayerConfig) throws {
        for key in Kind.settings + ["value_range", "data_format", "factor"] { _ = config.take(key) }
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        guard !scope.options.isTraining else {
            throw scope.error("it is known at inference only, where it changes nothing; take it out to train the model")
        }
        return x
    }
}

package enum ImageAugmentations {
    package enum Saturation: ImageAugmentation {
        package static let name = "RandomSaturation"
        package static let settings: [String] = []
    }

    package enum Hue: ImageAugmentation {
        package static let name = "RandomHue"
        package static let settings: [String] = []
    }

    package enum Sharpness: ImageAugmentation {
        package static let name = "RandomSharpness"
        package static let settings: [String] = []
    }

    package enum ColorDegeneration: ImageAugmentation {
        package static let name = "RandomColorDegeneration"
        package static let settings: [String] = []
    }

    package enum ColorJitter: ImageAugmentation {
        package static let name = "RandomColorJitter"
        package static let settings = ["brightness_factor", "contrast_factor", "saturation_factor", "hue_factor"]
    }

    package enum Posterization: ImageAugmentation {
        package static let name = "RandomPosterization"
        package static let settings: [String] = []
    }

    package enum Shear: ImageAugmentation {
        package static let name = "RandomShear"
        package static let settings = ["x_factor", "y_factor", "interpolation", "fill_mode", "fill_value"]
    }

    package enum Perspective: ImageAugmentation {
        package static let name = "RandomPerspective"
        package static let settings = ["scale", "interpolation", "fill_value"]
    }
}
