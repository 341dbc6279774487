import JSON
import Layers

extension KerasGeneration {
    /// From a `keras_version` attribute such as `2.15.0` or `2.2.4-tf`. Absent means Keras 1: only that did not write it.
    init?(version: String?) {
        guard let version else {
            self = .keras1
            return
        }
        guard let major = version.split(separator: ".").first.flatMap({ Int($0) }) else { return nil }
        self.init(rawValue: major)
    }

    /// From the look of a config that does not say: Keras 3 writes `batch_shape` and `keras_history`, Keras 1 `nb_filter`.
    init(guessedFrom config: JSON) {
        self = KerasGeneration.isKeras3(config) ? .keras3 : KerasGeneration.isKeras1(config) ? .keras1 : .keras2
    }

    /// Keras 1 had a word of its own for how a layer is initialised and how many filters it has.
    private static func isKeras1(_ value: JSON) -> Bool {
        switch value {
        case .object(let members):
            members.contains { key, value in
                ["nb_filter", "inner_init", "W_regularizer", "dim_ordering", "border_mode"].contains(key)
                    || KerasGeneration.isKeras1(value)
            }
        case .array(let values): values.contains(where: isKeras1)
        default: false
        }
    }

    private static func isKeras3(_ value: JSON) -> Bool {
        switch value {
        case .object(let members):
            members.contains { key, value in
                key == "batch_shape" || key == "keras_history" || KerasGeneration.isKeras3(value)
            }
        case .array(let values): values.contains(where: isKeras3)
        case .string(let text): text == "DTypePolicy"
        default: false
        }
    }
}
