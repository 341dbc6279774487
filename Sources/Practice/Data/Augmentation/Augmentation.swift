/// Random changes to the pictures of training examples, one after another.
///
/// What happens to an example is a pure function of the seed, the epoch, the example's index and the place of the change
/// in the list: the same on whatever thread and in whatever batch, and nothing has to be kept to go on.
package struct Augmentation: Hashable, Sendable {
    package var steps: [AugmentationStep]

    package init(_ steps: [AugmentationStep]) { self.steps = steps }

    package var isEmpty: Bool { steps.isEmpty }
}

/// One random change. Shares are of the picture's height or width.
package enum AugmentationStep: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case horizontal, vertical
        /// Each with the probability, independently.
        case both
    }

    /// What lies outside of a picture.
    package enum Fill: Hashable, Sendable {
        case value(Float)
        /// aa | abcd | dd
        case nearest
        /// ba | abcd | dc
        case reflect
        /// cd | abcd | ab
        case wrap
    }

    /// What an erased box holds.
    package enum Erasure: Hashable, Sendable {
        case value(Float)
        /// Of each channel of the picture.
        case mean
        /// Uniform from black to white, each number by itself.
        case noise
    }

    /// A mirror image, with a probability.
    case flip(Direction, probability: Double)
    /// A window of the picture's own size, moved by up to so many whole pixels, with what lies outside filled.
    case crop(padding: Int, fill: Fill)
    /// A window with this share of the picture's area and this width over height, enlarged to the picture's size
    /// (bilinear): ten attempts, then the middle, as in "Going deeper with convolutions" (Szegedy et al., 2015).
    case resizedCrop(area: ClosedRange<Double>, aspect: ClosedRange<Double>)
    /// Around the middle, by degrees counterclockwise; bilinear, exact at quarter turns.
    case rotation(ClosedRange<Double>, fill: Fill)
    /// By up to these shares either way, down and across; bilinear.
    case translation(vertical: Double, horizontal: Double, fill: Fill)
    /// Around the middle, by a factor; above 1 things get larger. Bilinear.
    case zoom(ClosedRange<Double>, fill: Fill)
    /// Brightness, contrast and saturation times factors between 1 − x (at least 0) and 1 + x, then the hue turned by up
    /// to a share of the circle either way.
    case color(brightness: Double, contrast: Double, saturation: Double, hue: Double)
    /// A box with this share of the area and this width over height, with a probability: "Random erasing data
    /// augmentation" (Zhong et al., 2020). Nothing where ten boxes do not fit.
    case erase(probability: Double, area: ClosedRange<Double>, aspect: ClosedRange<Double>, with: Erasure)

    /// As recipes call it.
    package var name: String {
        switch self {
        case .flip: "flip"
        case .crop, .resizedCrop: "crop"
        case .rotation: "rotation"
        case .translation: "translation"
        case .zoom: "zoom"
        case .color: "color"
        case .erase: "erase"
        }
    }

    /// Whether pixels go elsewhere, so that a target that is a picture would have to go along.
    var movesPixels: Bool {
        switch self {
        case .flip, .crop, .resizedCrop, .rotation, .translation, .zoom: true
        case .color, .erase: false
        }
    }

    /// Whether it has to know which number is white.
    var needsWhite: Bool {
        switch self {
        case .color, .erase(_, _, _, .noise): true
        default: false
        }
    }
}

/// Random changes that do not go with their data.
package enum AugmentationError: DescriptionFault, Hashable, CustomStringConvertible {
    case noPictures([String])
    case movingTargets(String, String)
    case channels(String, String)
    case grey
    case range(String, minimum: Float, maximum: Float)

    package var description: String {
        switch self {
        case .noPictures(let shapes):
            "\"augment\" changes pictures of (height, width, channels), and the inputs are \(shapes.joined(separator: ", ")); "
                + "leave it out, or put a \"reshape\" before every \"rescale\" and \"standardize\""
        case .movingTargets(let name, let shape):
            "the augmentation \"\(name)\" moves pixels, but the targets of shape \(shape) would stay where they are"
        case .channels(let name, let shape):
            "the augmentation \"\(name)\" needs pictures of 1, 3 or 4 channels, and the data are \(shape)"
        case .grey: "saturation and hue of the augmentation \"color\" need three channels, and the pictures are grey"
        case .range(let name, let minimum, let maximum):
            "the augmentation \"\(name)\" needs pixels from 0 to 1 or from 0 to 255, and the data run from \(minimum) to "
                + "\(maximum) before their transforms"
        }
    }
}
