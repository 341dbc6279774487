import JSON
import OrderedCollections
import Tensors

/// Reads a layer's settings one by one and remembers which were read, so that none is ignored in silence.
package struct LayerConfig {
    package let layer: String
    package let className: String
    package let generation: KerasGeneration
    /// Makes models that stand inside a layer's settings; nil where there is nobody to read them.
    let models: ModelReader?
    /// What Lambda layers compute, by the names of the layers.
    let lambdas: [String: String]
    private(set) var remaining: OrderedDictionary<String, JSON>

    /// Keys every Keras config may carry that say nothing about the arithmetic in float32.
    private static let ignored: Set<String> = [
        "name", "trainable", "dtype", "batch_input_shape", "batch_shape", "input_dtype", "build_config", "autocast",
        "input_shape",
    ]

    package init(
        _ specification: LayerSpecification, generation: KerasGeneration, models: ModelReader? = nil,
        lambdas: [String: String] = [:]
    ) {
        layer = specification.name
        className = specification.className
        self.generation = generation
        self.models = models
        self.lambdas = lambdas
        // Constraints and the activity's regularizer are the same for all classes: `TrainingRules` reads them.
        remaining = (specification.config.object ?? [:]).filter { !TrainingRules.isRule($0.key) }
    }

    /// A part of the settings that has settings of its own, as a function written out has.
    func nested(_ settings: JSON) -> LayerConfig {
        LayerConfig(
            LayerSpecification(className: className, name: layer, config: settings), generation: generation)
    }

    /// What this layer computes, where it is a Lambda and somebody said so.
    package var lambda: String? { lambdas[layer] }

    package func error(_ problem: String) -> LayerError {
        LayerError(layer: layer, className: className, problem: problem)
    }

    /// The value under `key`, nil where it is absent or null.
    package mutating func take(_ key: String) -> JSON? {
        guard let value = remaining.removeValue(forKey: key), !value.isNull else { return nil }
        return value
    }

    /// Whether a value other than null is still there under `key`.
    package func has(_ key: String) -> Bool { !(remaining[key]?.isNull ?? true) }

    /// Whether there is a null under `key`, where that is not the same as nothing.
    package func isNull(_ key: String) -> Bool { remaining[key]?.isNull ?? false }

    private func mismatch(_ key: String, _ expected: String, _ found: JSON) -> LayerError {
        error("\"\(key)\" should be \(expected), not \(found.serialized())")
    }

    package mutating func int(_ key: String, default standard: Int? = nil, minimum: Int = 1) throws -> Int {
        guard let value = take(key) else {
            guard let standard else { throw error("\"\(key)\" is missing") }
            return standard
        }
        guard let number = value.int, number >= minimum, number <= 1 << 31 else {
            throw mismatch(key, "a whole number of at least \(minimum)", value)
        }
        return number
    }

    package mutating func float(_ key: String, default standard: Float, in range: ClosedRange<Float>? = nil) throws
        -> Float
    {
        guard let value = take(key) else { return standard }
        guard let number = value.double.map({ Float($0) }), !number.isNaN, range?.contains(number) ?? true else {
            throw mismatch(key, "a number" + (range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? ""), value)
        }
        return number
    }

    package mutating func bool(_ key: String, default standard: Bool) throws -> Bool {
        guard let value = take(key) else { return standard }
        guard let flag = value.bool else { throw mismatch(key, "true or false", value) }
        return flag
    }

    package mutating func choice(_ key: String, default standard: String, of choices: [String]) throws -> String {
        guard let value = take(key) else { return standard }
        guard let text = value.string, choices.contains(text) else {
            throw mismatch(key, choices.map { "\"\($0)\"" }.joined(separator: " or "), value)
        }
        return text
    }

    /// One whole number for all dimensions, or one each.
    package mutating func ints(_ key: String, rank: Int, default standard: Int? = nil, minimum: Int = 1) throws -> [Int]
    {
        guard let value = take(key) else {
            guard let standard else { throw error("\"\(key)\" is missing") }
            return Array(repeating: standard, count: rank)
        }
        let numbers = value.int.map { Array(repeating: $0, count: rank) } ?? value.array?.compactMap(\.int)
        guard let numbers, numbers.count == rank, numbers.allSatisfy({ $0 >= minimum && $0 <= 1 << 31 }) else {
            throw mismatch(key, "a whole number of at least \(minimum), or \(rank) of them", value)
        }
        return numbers
    }

    /// One that is not known is no reason to refuse a layer whose values come from a file.
    package mutating func initializer(_ key: String, default standard: Initializer) throws -> Initializer {
        guard let value = take(key) else { return standard }
        do { return try Initializer(config: value) } catch { return .unknown("\"\(key)\": \(error)") }
    }

    /// Nil for one that is not known as well: `TrainingRules.notes` says so.
    package mutating func regularizer(_ key: String) throws -> Regularizer? {
        take(key).flatMap { Regularizer(config: $0) }
    }

    /// Settings that exist in Keras and may only have the value under which they change nothing here.
    package mutating func require(_ key: String, toBe expected: JSON) throws {
        guard let value = take(key), value != expected else { return }
        throw error("\"\(key)\": \(value.serialized()) is not known yet; only \(expected.serialized()) is")
    }

    /// Settings that change the arithmetic and are not known. (Constraints and `activity_regularizer` never get here.)
    package mutating func refuse(_ keys: String...) throws {
        for key in keys {
            if let value = take(key) { throw error("\"\(key)\" is not known yet, and is \(value.serialized()) here") }
        }
    }

    /// - Throws: `LayerError` naming the first setting nobody read.
    package func finish() throws {
        for (key, value) in remaining where !LayerConfig.ignored.contains(key) && !value.isNull {
            throw error("its setting \"\(key)\": \(value.serialized()) is not known")
        }
    }
}
