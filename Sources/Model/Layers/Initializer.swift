import JSON
import Tensors

/// How a fresh tensor gets its values; Keras' names, formulas and defaults.
package enum Initializer: Hashable, Sendable {
    case constant(Float)
    case uniform(minimum: Float, maximum: Float)
    case normal(mean: Float, deviation: Float)
    case truncatedNormal(mean: Float, deviation: Float)
    case varianceScaling(scale: Float, mode: FanMode, distribution: Distribution)
    case orthogonal(gain: Float)
    case identity(gain: Float)
    /// An LSTM's bias, whose gates lie one after another: the second's is 1.
    indirect case forgetGate(Initializer, units: Int)
    /// One that cannot make values, and why: enough for a tensor whose values come from a file.
    case unknown(String)

    package enum FanMode: String, Hashable, Sendable {
        case fanIn = "fan_in", fanOut = "fan_out", fanAverage = "fan_avg"
    }

    package enum Distribution: String, Hashable, Sendable {
        case uniform, truncatedNormal = "truncated_normal", untruncatedNormal = "untruncated_normal"
    }

    package static let zeros = Initializer.constant(0)
    package static let ones = Initializer.constant(1)
    /// With the bias of an LSTM's second gate at 1, so that it begins by forgetting nothing.
    func forgettingNothing(units: Int) -> Initializer {
        if case .unknown = self { return self }
        return .forgetGate(self, units: units)
    }

    package static let glorotUniform = Initializer.varianceScaling(scale: 1, mode: .fanAverage, distribution: .uniform)

    /// Reads `{"class_name": …, "config": {…}}` or a bare name, in any spelling (`GlorotUniform`, `glorot_uniform`).
    /// - Throws: `ModelError` for one that is not known.
    package init(config: JSON) throws {
        let name = config["class_name"]?.string ?? config.string ?? "?"
        let settings = config["config"] ?? [:]
        func number(_ key: String, _ standard: Double) -> Float { Float(settings[key]?.double ?? standard) }
        func scaling(_ scale: Float, _ mode: FanMode, _ distribution: Distribution) -> Initializer {
            .varianceScaling(scale: scale, mode: mode, distribution: distribution)
        }
        var plain = name.lowercased().filter { $0 != "_" }
        // `OrthogonalInitializer` in Keras 3; `GlorotUniformV2` in some TensorFlows.
        for ending in ["v2", "initializer"] where plain.hasSuffix(ending) { plain.removeLast(ending.count) }
        switch plain {
        case "zeros", "zero": self = .zeros
        case "ones", "one": self = .ones
        case "constant": self = .constant(number("value", 0))
        case "randomuniform", "uniform":
            self = .uniform(minimum: number("minval", -0.05), maximum: number("maxval", 0.05))
        case "randomnormal", "normal": self = .normal(mean: number("mean", 0), deviation: number("stddev", 0.05))
        case "truncatednormal":
            self = .truncatedNormal(mean: number("mean", 0), deviation: number("stddev", 0.05))
        case "glorotuniform": self = .glorotUniform
        case "glorotnormal": self = scaling(1, .fanAverage, .truncatedNormal)
        case "heuniform": self = scaling(2, .fanIn, .uniform)
        case "henormal": self = scaling(2, .fanIn, .truncatedNormal)
        case "lecununiform": self = scaling(1, .fanIn, .uniform)
        case "lecunnormal": self = scaling(1, .fanIn, .truncatedNormal)
        case "variancescaling": self = try Initializer.varianceScaling(settings, scale: number("scale", 1))
        case "orthogonal": self = .orthogonal(gain: number("gain", 1))
        case "identity": self = .identity(gain: number("gain", 1))
        default: throw ModelError("the initializer \"\(name)\" is not known yet")
        }
    }

    private static func varianceScaling(_ settings: JSON, scale: Float) throws -> Initializer {
        let mode = settings["mode"]?.string ?? "fan_in"
        let distribution = settings["distribution"]?.string ?? "truncated_normal"
        guard let fan = FanMode(rawValue: mode) else { throw ModelError("the fan mode \"\(mode)\" is not known") }
        // Keras 1 wrote "normal" for a truncated one.
        guard let kind = Distribution(rawValue: distribution == "normal" ? "truncated_normal" : distribution) else {
            throw ModelError("the distribution \"\(distribution)\" is not known")
        }
        return .varianceScaling(scale: scale, mode: fan, distribution: kind)
    }
}
