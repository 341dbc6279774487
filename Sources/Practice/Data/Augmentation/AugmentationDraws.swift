import Glibc
import Tensors

/// The random numbers of one change to one example in one epoch.
struct AugmentationDraws {
    private var generator: SeededGenerator

    /// Every example has 2²⁴ numbers of its own in the substream of the epoch and the place in the list.
    init(seed: UInt64, epoch: Int, step: Int, example: Int) {
        generator = SeededGenerator(
            seed: seed, stream: .augmentation,
            substream: UInt64(truncatingIfNeeded: epoch) << 16 | UInt64(step & 0xFFFF),
            index: UInt64(example) << 24)
    }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * generator.nextUniform()
    }

    /// So that twice and half as much are as likely.
    mutating func logUniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound == range.upperBound
            ? range.lowerBound : exp(uniform(log(range.lowerBound)...log(range.upperBound)))
    }

    mutating func chance(_ probability: Double) -> Bool { generator.nextUniform() < probability }

    /// From 0 to `bound`, both included.
    mutating func whole(to bound: Int) -> Int { min(Int(generator.nextUniform() * Double(bound + 1)), bound) }

    /// A box of a random area and shape that fits, out of ten.
    mutating func box(
        area: ClosedRange<Double>, aspect: ClosedRange<Double>, in layout: PictureLayout
    ) -> PictureBox? {
        for _ in 0..<10 {
            let pixels = uniform(area) * Double(layout.pixels)
            let ratio = logUniform(aspect)
            let width = Int((pixels * ratio).squareRoot().rounded())
            let height = Int((pixels / ratio).squareRoot().rounded())
            guard (1...layout.width).contains(width), (1...layout.height).contains(height) else { continue }
            return PictureBox(
                top: whole(to: layout.height - height), left: whole(to: layout.width - width), height: height,
                width: width)
        }
        return nil
    }
}

extension AugmentationStep {
    /// Changes a picture as the draws say.
    func apply(to picture: Picture, _ draws: inout AugmentationDraws) {
        let layout = picture.layout
        switch self {
        case .flip(let direction, let probability):
            if direction != .vertical, draws.chance(probability) { picture.flip(.horizontal) }
            if direction != .horizontal, draws.chance(probability) { picture.flip(.vertical) }
        case .crop(let padding, let fill):
            let (down, right) = (draws.whole(to: 2 * padding) - padding, draws.whole(to: 2 * padding) - padding)
            picture.sample(.shift(down: Double(down), right: Double(right)), fill)
        case .resizedCrop(let area, let aspect):
            guard let box = draws.box(area: area, aspect: aspect, in: layout) else {
                return picture.sample(.window(.middle(of: layout, aspect: aspect), layout), .nearest)
            }
            picture.sample(.window(box, layout), .nearest)
        case .rotation(let range, let fill):
            let (cos, sin) = AugmentationStep.direction(degrees: draws.uniform(range))
            picture.sample(.turn(cos: cos, sin: sin, zoom: 1, layout), fill)
        case .translation(let vertical, let horizontal, let fill):
            let down = draws.uniform(-vertical...vertical) * Double(layout.height)
            let right = draws.uniform(-horizontal...horizontal) * Double(layout.width)
            picture.sample(.shift(down: down, right: right), fill)
        case .zoom(let range, let fill):
            picture.sample(.turn(cos: 1, sin: 0, zoom: draws.logUniform(range), layout), fill)
        case .color(let brightness, let contrast, let saturation, let hue):
            func factor(_ strength: Double) -> Float { Float(draws.uniform(max(0, 1 - strength)...1 + strength)) }
            let factors = (factor(brightness), factor(contrast), factor(saturation))
            picture.color(
                brightness: factors.0, contrast: factors.1, saturation: factors.2,
                turns: Float(draws.uniform(-hue...hue)))
        case .erase(let probability, let area, let aspect, let erasure):
            guard draws.chance(probability), let box = draws.box(area: area, aspect: aspect, in: layout) else { return }
            picture.erase(box, with: erasure, &draws)
        }
    }

    /// Cosine and sine, exact at quarter turns.
    static func direction(degrees: Double) -> (cos: Double, sin: Double) {
        let quarters = degrees / 90
        guard quarters == quarters.rounded(), let count = Int(exactly: quarters) else {
            return (Glibc.cos(degrees * .pi / 180), Glibc.sin(degrees * .pi / 180))
        }
        return [(1, 0), (0, 1), (-1, 0), (0, -1)][(count % 4 + 4) % 4]
    }
}

extension PictureBox {
    /// As large as fits with a shape that is allowed.
    static func middle(of layout: PictureLayout, aspect: ClosedRange<Double>) -> PictureBox {
        let own = Double(layout.width) / Double(layout.height)
        let ratio = min(max(own, aspect.lowerBound), aspect.upperBound)
        let width = own > ratio ? max(1, Int((Double(layout.height) * ratio).rounded())) : layout.width
        let height = own < ratio ? max(1, Int((Double(layout.width) / ratio).rounded())) : layout.height
        return PictureBox(
            top: (layout.height - height) / 2, left: (layout.width - width) / 2, height: height, width: width)
    }
}
