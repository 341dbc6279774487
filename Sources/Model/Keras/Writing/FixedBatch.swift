import JSON
import Layers

extension Model {
    /// Whether a layer keeps its state from batch to batch, which Keras builds only for a batch size that is fixed.
    var isStateful: Bool {
        func isSaid(in json: JSON) -> Bool {
            json["stateful"] == true || json.object?.values.contains(where: isSaid) == true
                || json.array?.contains(where: isSaid) == true
        }
        return entries.values.contains { entry in
            if case .model(let inner) = entry.content { return inner.isStateful }
            return isSaid(in: entry.specification.config)
        }
    }
}

extension Model.Entry {
    /// An input's shape with the batch, as Keras writes it: open, unless its file fixed it and something needs that.
    func inputExtents(_ shape: [Int?], keepsBatch: Bool) -> [JSON] {
        let batch = keepsBatch ? specification.config[ArchitectureReader.fixedBatch] : nil
        return [batch ?? .null] + shape.map { $0.map(JSON.integer) ?? .null }
    }
}
