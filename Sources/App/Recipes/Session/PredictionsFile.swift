import Checkpoints
import OrderedCollections
import Tensors
import Tracking
import Training

/// `predictions/test.safetensors` of a run: `index`, each example's number in its source, and for every output
/// `NAME.prediction` and `NAME.target`, rows in that order. Its metadata say how each output is to be read:
/// `NAME.targets` (class-index, one-hot, binary, values), `NAME.scores` (probabilities, logits) and `NAME.width`, the numbers
/// that are one answer.
enum PredictionsFile {
    /// Bytes beyond which they are not kept.
    static let limit = 64 << 20

    /// - Throws: `SystemError`.
    static func write(_ kept: KeptPredictions, to path: String) throws {
        func integers(_ values: [Float], _ shape: Shape) -> TensorSource {
            TensorSource(shape: shape, integers: values.map { Int32(exactly: $0) ?? -1 })
        }
        let count = kept.indices.count
        var tensors: OrderedDictionary = [
            "index": TensorSource(shape: [count], integers: kept.indices.map { Int32(clamping: $0) })
        ]
        var metadata: OrderedDictionary<String, String> = [:]
        for output in kept.outputs {
            metadata[output.name + ".targets"] = output.format.targets.rawValue
            metadata[output.name + ".scores"] = output.format.scores.rawValue
            metadata[output.name + ".width"] = "\(output.format.width)"
            tensors[output.name + ".prediction"] = TensorSource(
                Tensor(shape: output.shape.batched(count), values: output.predictions))
            let shape = output.targetShape.batched(count)
            tensors[output.name + ".target"] =
                output.areClasses
                ? integers(output.targets, shape) : TensorSource(Tensor(shape: shape, values: output.targets))
        }
        try SafeTensorsWriter.write(tensors, metadata: metadata, to: path)
    }

    /// - Throws: `SystemError`, `CheckpointError` for a file that is none; `SnapshotDamage` where something is not there.
    static func read(_ path: String) throws -> KeptPredictions {
        let file = try Checkpoint(path: path)
        guard let index = file.tensors["index"], index.dataType == .int32 else { throw SnapshotDamage("index") }
        let suffix = ".prediction"
        let names = file.tensors.keys.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
        var kept = KeptPredictions(outputs: [])
        kept.indices = index.withBytes { bytes in
            (0..<bytes.count / 4).map { Int(bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self)) }
        }
        for name in names.sorted() {
            guard let rows = file.tensors[name + suffix], let targets = file.tensors[name + ".target"],
                rows.shape.dimensions.first == kept.indices.count,
                targets.shape.dimensions.first == kept.indices.count
            else { throw SnapshotDamage(name + ".target") }
            guard let format = format(of: name, file) else { throw SnapshotDamage(name + ".targets") }
            var output = KeptPredictions.Output(
                name: name, shape: rows.shape.droppingFirst, targetShape: targets.shape.droppingFirst,
                areClasses: targets.dataType == .int32, format: format)
            output.predictions = rows.read().values
            output.targets = targets.read().values
            kept.outputs.append(output)
        }
        return kept
    }

    private static func format(of name: String, _ file: Checkpoint) -> PredictionFormat? {
        func text(_ key: String) -> String? { file.attribute(name + key)?.string }
        guard let width = text(".width").flatMap({ Int($0) }), width > 0,
            let targets = text(".targets").flatMap(PredictionFormat.Targets.init),
            let scores = text(".scores").flatMap(PredictionFormat.Scores.init)
        else { return nil }
        return PredictionFormat(width: width, targets: targets, scores: scores)
    }
}
