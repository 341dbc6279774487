import Data
import Graph
import Kernels
import Layers
import Runtime
import Tensors

/// What the frozen part of a model gives for the examples of one phase: computed by a plan of its own the first time an
/// example is seen, and read where it is kept from then on. Steps and evaluations take it in place of the examples.
///
/// Whether and where features are kept changes no bit: they are always computed by this plan, for batches of one size, such
/// that what an example gives does not depend on its place in the batch.
final class FrozenFeatures {
    let cut: GraphCut
    private let store: ParameterStore
    private let kept: FeatureStore
    /// What features are computed in, and what is kept of them.
    private let precision: (computed: Precision, kept: Precision)
    /// What examples are, by what uses them.
    private var sources: [ExampleUse: Source] = [:]
    private var part: Part?
    /// Why not everything was kept; nil where it was.
    private(set) var problem: String?

    /// Examples with their features.
    struct Source {
        let dataset: FeatureDataset
        /// As they are without features.
        let examples: any Dataset
        let rows: FeatureRows?
        let views: Int
    }

    /// The plan, made when it is first needed: never where all features are there.
    private final class Part {
        let plan: Plan
        let inputs: [Int?]
        let results: [UnsafePointer<Float>]

        init(_ cut: GraphCut, store: ParameterStore, inputCount: Int, precision: Precision) throws {
            plan = try Plan(
                cut.prefix, bindings: Plan.Bindings { store[$0] }, constants: Set(cut.parameters),
                precision: precision)
            inputs = (0..<inputCount).map { [plan] in plan.input("x\($0)") }
            results = cut.values.indices.map { [plan] in plan.result(GraphCut.name($0))! }
        }
    }

    init(_ cut: GraphCut, store: ParameterStore, kept: FeatureStore, _ phase: PhaseConfiguration) {
        precision = (phase.precision, phase.featurePrecision)
        self.cut = cut
        self.store = store
        self.kept = kept
    }

    /// Where a training graph is cut, or why it is not.
    static func cut(
        _ graph: Graph, _ objective: Objective, batchSize: Int, store: ParameterStore
    ) -> Result<GraphCut, GraphCut.Obstacle> {
        do throws(GraphCut.Obstacle) {
            return .success(
                try GraphCut(
                    graph, batch: batchSize, inputs: Set(objective.inputShapes.indices.map { "x\($0)" }),
                    changing: Set((store.trainable + store.moving).map(\.path))))
        } catch { return .failure(error) }
    }

    var featureCount: Int { cut.values.count }

    /// Bytes of one example.
    var exampleBytes: Int { cut.floats * precision.kept.dataType.size }

    /// Whether the features of so many examples are worth a file.
    func isLasting(_ examples: Int) -> Bool { examples * cut.flops >= kept.lastingFrom }

    /// The plan of the frozen part.
    func plan(inputCount: Int) throws -> Plan { try part(inputCount: inputCount).plan }

    private func part(inputCount: Int) throws -> Part {
        if let part { return part }
        let part = try Part(cut, store: store, inputCount: inputCount, precision: precision.computed)
        self.part = part
        return part
    }

    /// Examples with the features that are kept of them.
    /// - Parameters:
    ///   - examples: as they are read where they change at random; nil for those of the set as they are.
    ///   - needed: how many rows are wanted; nil for those of the set.
    ///   - changes: the random changes, as text.
    @discardableResult
    func open(
        _ use: ExampleUse, _ set: ExampleSet, as examples: (any Dataset)? = nil, needed: Int? = nil,
        changes: String = "", views: Int = 1
    ) -> Source {
        if let source = sources[use] { return source }
        let examples = examples ?? set.dataset
        let needed = needed ?? set.count
        // What cannot be read now will be said by whoever needs it; until then nobody knows what the examples are.
        let isLasting = set.origin != nil && isLasting(needed)
        let origin = isLasting ? try? set.origin?() : nil
        let rows =
            kept.keepsNothing
            ? nil
            : kept.rows(
                key: FeatureKey.of(
                    cut, weights: store, origin: origin ?? "of this process, for \(use)", changes: changes,
                    precision: precision),
                count: examples.count * views, floats: cut.floats, precision: precision.kept, needed: needed,
                isLasting: origin != nil)
        let source = Source(
            dataset: FeatureDataset(examples, featureShapes: cut.shapes, rows: rows, views: views),
            examples: examples, rows: rows, views: views)
        sources[use] = source
        return source
    }

    /// Computes the features that a batch of `use` came without, and keeps them.
    /// - Throws: what a library says to a shape it cannot do.
    func complete(_ batch: Batch, _ use: ExampleUse) throws {
        guard let source = sources[use] else { preconditionFailure("features of examples that were not opened") }
        let marks = batch.inputs[batch.inputs.count - 1]
        let missing = (0..<batch.validRows).filter { !FeatureMark(marks[$0]).areThere }
        guard !missing.isEmpty else { return }
        let inputCount = batch.inputs.count - featureCount - 1
        let part = try part(inputCount: inputCount)
        run(part, batch)
        var row = [Float](repeating: 0, count: source.rows == nil ? 0 : cut.floats)
        for place in missing {
            var offset = 0
            for (index, size) in cut.shapes.map(\.count).enumerated() {
                let values = batch.inputs[inputCount + index] + place * size
                values.update(from: part.results[index] + place * size, count: size)
                // Whether they are kept changes no bit.
                if precision.kept == .bfloat16 {
                    for number in 0..<size { values[number] = BFloat16.rounded(values[number]) }
                }
                if !row.isEmpty {
                    row.withUnsafeMutableBufferPointer {
                        $0.baseAddress?.advanced(by: offset).update(from: values, count: size)
                    }
                }
                offset += size
            }
            guard let rows = source.rows else { continue }
            let view = FeatureMark(marks[place]).view
            let number = FeatureDataset.row(batch.indices[place], view: view, of: source.views)
            // What cannot be kept is computed again.
            do { try rows.write(number, row) } catch { problem = "\(error)" }
        }
    }

    private func run(_ part: Part, _ batch: Batch) {
        for (index, input) in part.inputs.enumerated() {
            if let input { part.plan.bind(input, to: batch.inputs[index]) }
        }
        GEMM.withRowsAlike { part.plan.run(seed: 0, step: 0, validRows: batch.validRows) }
    }

    /// The first layer of the frozen part that gives something not finite for the training examples of a batch; nil where
    /// all is well. Reads the examples again.
    func firstNonFinite(_ batch: Batch) throws -> (node: Node, value: Float)? {
        guard let source = sources[.training] else { return nil }
        let sizes = cut.shapes.map(\.count)
        let inputCount = batch.inputs.count - featureCount - 1
        let isFinite = sizes.indices.allSatisfy { index in
            Finite.firstNonFinite(batch.inputs[inputCount + index], count: batch.validRows * sizes[index]) == nil
        }
        guard !isFinite else { return nil }
        let inputSizes = source.examples.inputShapes.map(\.count)
        var target = [Float](repeating: 0, count: max(source.examples.target.count, 1))
        let marks = batch.inputs[batch.inputs.count - 1]
        for (row, index) in batch.indices.enumerated() {
            let view = FeatureMark(marks[row]).view
            let pointers = inputSizes.indices.map { batch.inputs[$0] + row * inputSizes[$0] }
            try target.withUnsafeMutableBufferPointer {
                try source.examples.read(index, epoch: view, inputs: pointers, target: $0.baseAddress!)
            }
        }
        let part = try part(inputCount: inputCount)
        run(part, batch)
        return GEMM.withRowsAlike { part.plan.firstNonFinite() }
    }
}
