import Graph
import JSON
import Tensors

/// The bounds of a factor that is drawn uniformly.
struct RandomRange: Hashable, Sendable {
    let lower: Float
    let upper: Float

    init(_ lower: Float, _ upper: Float) { (self.lower, self.upper) = (lower, upper) }

    /// Reads two numbers, or one that stands for both sides of 0.
    ///
    /// - Parameter range: where both bounds must lie.
    /// - Returns: nil where the setting is absent.
    init?(_ config: inout LayerConfig, _ key: String, in range: ClosedRange<Float>) throws {
        guard let value = config.take(key) else { return nil }
        let numbers = value.double.map { [-abs($0), abs($0)] } ?? value.array?.compactMap(\.double)
        guard let bounds = numbers?.map({ Float($0) }).sorted(), bounds.count == 2, value.array?.count ?? 2 == 2 else {
            throw config.error("\"\(key)\" should be a number or two, not \(value.serialized())")
        }
        let allowed = value.double == nil ? range : min(range.lowerBound, -range.upperBound)...range.upperBound
        guard bounds.allSatisfy(allowed.contains) else {
            let limits = "from \(range.lowerBound) to \(range.upperBound)"
            throw config.error("\"\(key)\" should lie within \(limits), not be \(value.serialized())")
        }
        self.init(max(bounds[0], range.lowerBound), bounds[1])
    }

    /// The same, or an error where it is absent.
    static func required(
        _ config: inout LayerConfig, _ key: String, in range: ClosedRange<Float>
    ) throws -> RandomRange {
        guard let result = try RandomRange(&config, key, in: range) else { throw config.error("\"\(key)\" is missing") }
        return result
    }
}

extension LayerScope {
    /// Uniform numbers of the current layer, drawn anew in every step.
    ///
    /// - Parameter name: what for; each purpose draws numbers of its own.
    func draw(_ range: RandomRange, _ shape: Shape, for name: String) -> Value {
        let u = draw(shape, for: name)
        return builder.add(builder.scale(u, by: range.upper - range.lower), builder.constant(range.lower))
    }

    /// Uniform numbers in [0, 1).
    func draw(_ shape: Shape, for name: String) -> Value {
        builder.random(.uniform, shape, substream: path.appending(name).fingerprint)
    }
}
