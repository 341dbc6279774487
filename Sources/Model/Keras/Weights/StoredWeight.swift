import Checkpoints
import Tensors

/// One tensor a file offers, under one name: a stored tensor, or several that belong together (the gates of a Keras 1
/// recurrent layer), joined along their last axis.
struct StoredWeight: Sendable {
    /// As in the file: `conv2d/kernel:0`, `lstm_1_W_i`. The first part's name leads.
    let names: [String]
    let parts: [StoredTensor]
    /// The layer part of the name with dots, whatever the file puts between: `base.conv`.
    let layer: String
    /// What the tensor is, in Keras 2's words: `kernel`, `moving_variance`.
    let kind: String
    /// How it came to `kind`, where the file calls it otherwise.
    let note: String

    init(names: [String], parts: [StoredTensor], layer: String, kind: String, note: String = "") {
        self.names = names
        self.parts = parts
        self.layer = layer
        self.kind = kind
        self.note = note
    }

    /// A tensor by the name in `weight_names`.
    init(name: String, tensor: StoredTensor) {
        let plain = StoredWeight.plain(name)
        let end = plain.lastIndex(of: ".")
        self.init(
            names: [name], parts: [tensor], layer: end.map { String(plain[..<$0]) } ?? "",
            kind: end.map { String(plain[plain.index(after: $0)...]) } ?? plain)
    }

    /// For people: the name, or the names with a plus between.
    var name: String { names.joined(separator: " + ") }

    /// The shape once joined; of the first part where the parts do not fit together.
    var shape: Shape {
        guard parts.count > 1, let first = parts.first?.shape, first.rank > 0 else { return parts[0].shape }
        var extents = first.dimensions
        extents[extents.count - 1] = parts.reduce(0) { $0 + ($1.shape.dimensions.last ?? 0) }
        return Shape(extents)
    }

    /// Whether the parts can be joined: equal but for their last extent.
    var isConsistent: Bool {
        let leads = parts.map { Array($0.shape.dimensions.dropLast()) }
        return parts.count == 1 || leads.allSatisfy { $0 == leads[0] } && parts[0].shape.rank > 0
    }

    /// The name without `:0`, with dots where it has slashes.
    static func plain(_ name: String) -> String {
        let end = name.lastIndex(of: ":").flatMap { Int(name[name.index(after: $0)...]) == nil ? nil : $0 }
        return String(name[..<(end ?? name.endIndex)].map { $0 == "/" ? "." : $0 })
    }

    /// Whether it may be the tensor that a layer calls `name`: Keras 3 says `kernel` for the kernel of a depthwise
    /// convolution, Keras 1 `W` for whatever comes first.
    func isKind(_ name: String) -> Bool {
        kind == name || kind == "kernel" && (name == "depthwise_kernel" || name == "embeddings")
    }
}
