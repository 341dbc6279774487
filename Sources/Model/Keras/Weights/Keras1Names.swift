import Checkpoints
import Tensors

/// The names of Keras 1: `conv1_W`, `bn_running_std`, a tensor per gate (`lstm_1_W_i`). TensorFlow put `:0` behind
/// them, and `_1` before that where a name was taken; Theano nothing.
enum Keras1Names {
    /// The same tensors under Keras 2's names, gates joined in Keras 2's order.
    static func modernized(_ weights: [StoredWeight]) -> [StoredWeight] {
        var result: [StoredWeight] = []
        var gates: [Gate: [(letter: Character, weight: StoredWeight)]] = [:]
        for weight in weights {
            guard let (layer, kind, gate) = parse(StoredWeight.plain(weight.names[0])) else {
                result.append(weight)
                continue
            }
            guard let gate else {
                result.append(
                    StoredWeight(
                        names: weight.names, parts: weight.parts, layer: layer, kind: kind,
                        note: "Keras 1's name for it"))
                continue
            }
            let key = Gate(layer: layer, kind: kind)
            if gates[key] == nil {
                // Holds the place; filled in when all gates are known.
                result.append(StoredWeight(names: weight.names, parts: [], layer: layer, kind: kind))
            }
            gates[key, default: []].append((gate, weight))
        }
        return result.flatMap { weight -> [StoredWeight] in
            guard weight.parts.isEmpty, let found = gates[Gate(layer: weight.layer, kind: weight.kind)] else {
                return [weight]
            }
            return joined(found, layer: weight.layer, kind: weight.kind)
        }
    }

    /// Whether Theano wrote the names: with TensorFlow, every variable has an output number.
    static func areTheanos(_ names: some Sequence<String>) -> Bool {
        var isEmpty = true
        for name in names {
            isEmpty = false
            if name.hasSuffix(":0") { return false }
        }
        return !isEmpty
    }

    private struct Gate: Hashable {
        let layer: String
        let kind: String
    }

    /// Keras 1 kept an LSTM's gates as i, c, f, o; Keras 2 has them as i, f, c, o. A GRU's are z, r, h in both.
    private static let orders: [[Character]] = [["i", "f", "c", "o"], ["z", "r", "h"]]

    private static func joined(
        _ found: [(letter: Character, weight: StoredWeight)], layer: String, kind: String
    ) -> [StoredWeight] {
        let letters = Set(found.map(\.letter))
        guard let order = orders.first(where: { Set($0) == letters && found.count == $0.count }) else {
            return found.map(\.weight)
        }
        let parts = order.compactMap { letter in found.first { $0.letter == letter }?.weight }
        let whole = StoredWeight(
            names: parts.flatMap(\.names), parts: parts.flatMap(\.parts), layer: layer, kind: kind,
            note: "the gates " + order.map(String.init).joined(separator: ", ") + " joined")
        // Kernels of convolutions may still be turned, and are joined along their last axis then.
        return [whole]
    }

    private static let suffixes: [(suffix: String, kind: String)] = [
        ("_running_mean", "moving_mean"), ("_running_std", "moving_variance"), ("_gamma", "gamma"),
        ("_beta", "beta"), ("_W_carry", "carry_kernel"), ("_b_carry", "carry_bias"),
        ("_depthwise_kernel", "depthwise_kernel"), ("_pointwise_kernel", "pointwise_kernel"), ("_alphas", "alpha"),
        ("_W", "kernel"), ("_U", "recurrent_kernel"), ("_b", "bias"),
    ]

    /// `lstm_1_W_i` is layer `lstm_1`, kind `kernel`, gate `i`. Nil for names of another make.
    private static func parse(_ plain: String) -> (layer: String, kind: String, gate: Character?)? {
        for name in [plain, withoutCounter(plain)].compactMap({ $0 }) {
            for (suffix, kind) in suffixes where name.hasSuffix(suffix) {
                return (String(name.dropLast(suffix.count)), kind, nil)
            }
            let characters = Array(name)
            guard characters.count > 4, characters[characters.count - 2] == "_",
                let letter = characters.last, orders.contains(where: { $0.contains(letter) }),
                let (layer, kind, gate) = parse(String(name.dropLast(2))), gate == nil,
                ["kernel", "recurrent_kernel", "bias"].contains(kind)
            else { continue }
            return (layer, kind, letter)
        }
        return nil
    }

    /// `conv1_W_1` is what TensorFlow made of a second `conv1_W`.
    private static func withoutCounter(_ name: String) -> String? {
        guard let underscore = name.lastIndex(of: "_"), Int(name[name.index(after: underscore)...]) != nil else {
            return nil
        }
        return String(name[..<underscore])
    }
}
