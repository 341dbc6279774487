import Glibc
import Graph
import Kernels
import Layers
import Tensors

/// What features follow from, as a name: equal names are equal bytes.
enum FeatureKey {
    /// - Parameters:
    ///   - cut: for the examples that are computed together.
    ///   - origin: of the examples: content, preprocessing, program.
    ///   - changes: random changes to the examples, as text; empty for none.
    ///   - precision: what they are computed in, and what is kept of them.
    static func of(
        _ cut: GraphCut, weights store: ParameterStore, origin: String, changes: String,
        precision: (computed: Precision, kept: Precision)
    ) -> String {
        var hash = ContentHash()
        let kept = precision.kept == .float32 ? [] : ["kept as \(precision.kept.rawValue)"]
        for part in [
            "features 1", origin, changes, "batch \(cut.batch)", "threads \(Parallel.threads)",
            precision.computed.rawValue,
        ] + kept {
            hash.update("\(part)\n")
        }
        hash.update(machine)
        for node in cut.prefix.nodes { hash.update(text(of: node) + "\n") }
        for output in cut.prefix.outputs { hash.update("\(output.role) \(output.value.node).\(output.value.output)\n") }
        let read = Set(cut.parameters)
        hash.update(store.hash(of: store.slots.filter { read.contains($0.path) }))
        return hash.finalize()
    }

    /// Processor and libraries, which decide bits.
    private static let machine: String = {
        let features = CPUFeatures()
        let libraries = LibraryVersions.all.map { "\($0.name) \($0.version)" }
        let settings = ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "OPENBLAS_CORETYPE"].map { name in
            "\(name) \(getenv(name).map { String(cString: $0) } ?? "")"
        }
        return ([features.modelName] + features.names + libraries + settings).joined(separator: "\n") + "\n"
    }()

    private static func text(of node: Node) -> String {
        let operands = node.inputs.map { "\($0.node).\($0.output)" }.joined(separator: " ")
        guard case .table(let table) = node.op else { return "\(node.op) \(operands)" }
        return table.values.withUnsafeBytes { "table \(table.shape) \(ContentHash.of($0))" }
    }
}
