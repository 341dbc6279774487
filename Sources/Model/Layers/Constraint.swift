import Glibc
import JSON
import Tensors

/// What a Keras config demands of a tensor after every update.
package enum Constraint: Hashable, Sendable {
    /// Negative elements become 0.
    case nonNegative
    /// The 2-norm over `axes` is brought between the bounds, by the share `rate` of the way.
    case norm(minimum: Float, maximum: Float, rate: Float, axes: [Int])

    /// Keras' guard against a norm of 0.
    private static let epsilon = 1e-7

    /// Reads `MaxNorm`, `NonNeg`, `UnitNorm` and `MinMaxNorm`, in the spelling of any Keras; nil for another.
    init?(config: JSON) {
        let name = config["class_name"]?.string ?? config["name"]?.string ?? config.string ?? ""
        // Keras 1 has the settings beside the name, and calls MaxNorm's bound "m".
        let settings = config["config"] ?? (config.object == nil ? [:] : config)
        func number(_ keys: String..., standard: Double) -> Float {
            Float(keys.lazy.compactMap { settings[$0]?.double }.first ?? standard)
        }
        let axes = settings["axis"]?.int.map { [$0] } ?? settings["axis"]?.array?.compactMap(\.int) ?? [0]
        switch name.lowercased().filter({ $0 != "_" }) {
        case "nonneg": self = .nonNegative
        case "unitnorm": self = .norm(minimum: 1, maximum: 1, rate: 1, axes: axes)
        case "maxnorm":
            self = .norm(minimum: 0, maximum: number("max_value", "m", standard: 2), rate: 1, axes: axes)
        case "minmaxnorm":
            self = .norm(
                minimum: number("min_value", "low", standard: 0), maximum: number("max_value", "high", standard: 1),
                rate: number("rate", standard: 1), axes: axes)
        default: return nil
        }
    }

    /// Changes a tensor so that it holds. Axes that the tensor does not have are passed over.
    package func apply(to values: UnsafeMutablePointer<Float>, shape: Shape) {
        switch self {
        case .nonNegative: for i in 0..<shape.count where values[i] < 0 { values[i] = 0 }
        case .norm(let minimum, let maximum, let rate, let axes):
            let reduced = Set(axes.compactMap { shape.normalized(axis: $0) })
            let groups = Groups(shape, along: reduced)
            var scales = [Double](repeating: 0, count: groups.count)
            groups.forEach { index, group in scales[group] += Double(values[index]) * Double(values[index]) }
            for group in scales.indices {
                let norm = scales[group].squareRoot()
                let bounded = min(max(norm, Double(minimum)), Double(maximum))
                let desired = Double(rate) * bounded + (1 - Double(rate)) * norm
                scales[group] = desired / (Constraint.epsilon + norm)
            }
            groups.forEach { index, group in values[index] = Float(Double(values[index]) * scales[group]) }
        }
    }

    /// Which elements share a norm: those that differ along the reduced axes alone.
    private struct Groups {
        let count: Int
        private let extents: [Int]
        /// Per axis, how far a step leads in the numbering of groups: 0 along the reduced ones.
        private let steps: [Int]

        init(_ shape: Shape, along reduced: Set<Int>) {
            extents = shape.dimensions
            var steps = [Int](repeating: 0, count: shape.rank)
            var count = 1
            for axis in extents.indices.reversed() where !reduced.contains(axis) {
                steps[axis] = count
                count *= extents[axis]
            }
            self.steps = steps
            self.count = count
        }

        func forEach(_ body: (_ index: Int, _ group: Int) -> Void) {
            var place = [Int](repeating: 0, count: extents.count)
            var group = 0
            for index in 0..<extents.reduce(1, *) {
                body(index, group)
                for axis in extents.indices.reversed() {
                    place[axis] += 1
                    group += steps[axis]
                    guard place[axis] == extents[axis] else { break }
                    place[axis] = 0
                    group -= steps[axis] * extents[axis]
                }
            }
        }
    }
}
