import Data
import Tensors

extension Augmentation {
    /// From a completed `augment` section.
    init(_ node: RecipeNode) throws { self.init(try node.list().map { try AugmentationStep($0) }) }
}

extension AugmentationStep {
    /// From a completed element of `augment`.
    init(_ node: RecipeNode) throws {
        guard let (key, value) = node.members?.elements.first else { throw RecipeTableError(path: node.path) }
        switch key {
        case "flip":
            let isShort = value.members == nil
            self = .flip(
                try (isShort ? value : value.member("direction")).choice(Direction.self),
                probability: isShort ? 0.5 : try value.member("probability").double())
        case "crop": self = try AugmentationStep.crop(value)
        case "rotation":
            let degrees = try value.members == nil ? value : value.member("degrees")
            let limit = degrees.scalar?.double
            self = .rotation(try limit.map { -$0...$0 } ?? degrees.range(), fill: try Fill(value))
        case "translation":
            let both = value.scalar?.double
            self = .translation(
                vertical: try both ?? value.member("height").double(),
                horizontal: try both ?? value.member("width").double(), fill: try Fill(value))
        case "zoom":
            let either = value.scalar?.double
            let factors = try value.members == nil ? value : value.member("factor")
            self = .zoom(try either.map { 1 - $0...1 + $0 } ?? factors.range(), fill: try Fill(value))
        case "color":
            self = .color(
                brightness: try value.member("brightness").double(), contrast: try value.member("contrast").double(),
                saturation: try value.member("saturation").double(), hue: try value.member("hue").double())
        case "erase":
            self = .erase(
                probability: try value.member("probability").double(), area: try value.member("area").range(),
                aspect: try value.member("aspect").range(), with: try Erasure(value.member("value")))
        default: throw RecipeTableError(path: value.path)
        }
    }

    private static func crop(_ node: RecipeNode) throws -> AugmentationStep {
        if node.members == nil { return .crop(padding: try node.int(), fill: .value(0)) }
        if let padding = try node.optional("padding") { return .crop(padding: try padding.int(), fill: try Fill(node)) }
        return .resizedCrop(
            area: try node.member("area").range(), aspect: try node.optional("aspect")?.range() ?? 0.75...4.0 / 3)
    }
}

extension AugmentationStep.Fill {
    /// From the `fill` of a completed section; the short form of a change has none.
    fileprivate init(_ section: RecipeNode) throws {
        guard let node = section["fill"] else {
            self = .value(0)
            return
        }
        switch node.scalar?.string {
        case "nearest": self = .nearest
        case "reflect": self = .reflect
        case "wrap": self = .wrap
        default: self = .value(Float(try node.double()))
        }
    }
}

extension AugmentationStep.Erasure {
    fileprivate init(_ node: RecipeNode) throws {
        switch node.scalar?.string {
        case "mean": self = .mean
        case "noise": self = .noise
        default: self = .value(Float(try node.double()))
        }
    }
}

extension RecipeNode {
    /// Two numbers in order, which validation saw to.
    fileprivate func range() throws -> ClosedRange<Double> {
        let numbers = try doubles()
        guard numbers.count == 2, numbers[0] <= numbers[1] else { throw RecipeTableError(path: path) }
        return numbers[0]...numbers[1]
    }
}
