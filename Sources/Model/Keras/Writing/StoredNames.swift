import Checkpoints
import OrderedCollections
import Tensors

/// The weights of a file under the names it knows them by, for when nothing but their names is to be kept.
package struct StoredNames: Sendable {
    /// In the file's order.
    package let tensors: OrderedDictionary<String, StoredTensor>
    /// How many tensors of an optimizer's were left aside.
    package let optimizerTensorCount: Int

    private static let optimizers = ["optimizer_weights/", "optimizer/"]

    /// A weights-only or whole-model `.h5` has short names (`dense/kernel:0`) in `weight_names`; they are taken where no
    /// two are equal. Everything else goes by its full path.
    package init(_ checkpoint: Checkpoint) {
        let weights = checkpoint.tensors.filter { name, _ in !StoredNames.optimizers.contains { name.hasPrefix($0) } }
        optimizerTensorCount = checkpoint.tensors.count - weights.count
        tensors = StoredNames.short(checkpoint, weights) ?? weights
    }

    private static func short(
        _ checkpoint: Checkpoint, _ weights: OrderedDictionary<String, StoredTensor>
    ) -> OrderedDictionary<String, StoredTensor>? {
        let root = checkpoint.groups.contains("model_weights") ? "model_weights" : ""
        guard let layers = checkpoint.strings("layer_names", of: root) else { return nil }
        var named: OrderedDictionary<String, StoredTensor> = [:]
        for layer in OrderedSet(layers + ["top_level_model_weights"]) {
            let group = root.isEmpty ? layer : root + "/" + layer
            for name in checkpoint.strings("weight_names", of: group) ?? [] {
                guard let tensor = weights[group + "/" + name], named.updateValue(tensor, forKey: name) == nil else {
                    return nil
                }
            }
        }
        return named.count == weights.count ? named : nil
    }
}
