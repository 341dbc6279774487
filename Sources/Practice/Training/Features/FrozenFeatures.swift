import Data
import Graph
import Kernels
import Layers
import Runtime
import Tensors

/// What the frozen part of a model gives for the examples of one phase: computed by a plan of its own the first time an
/// example is seen, and read where it is kept from then on. Steps and evaluations take it in place of the examples.
///
/// Whether and where features are kept changes no bit: they are always computed by this plan, for blocks of one size, such
/// that what an example gives does not depend on its place in the block.
final class FrozenFeatures {
    let cut: GraphCut
    /// The same for the examples that are computed together: a divisor of the batch.
    let block: GraphCut
    /// Numbers of an example in each input of the model.
    private let inputCounts: [Int]
    private let store: ParameterStore
    private let kept: FeatureStore
    /// What features are computed in, and what is kept of them.
    private let precision: (computed: Precision, kept: Precision)
    /// Numbers of an example in each value that crosses, a batch of each, (batch, numbers), and the memory that holds them.
    private let sizes: [Int]
    private let values: [UnsafeMutablePointer<Float>]
    private let slab: Slab
    /// Where the rows of a batch lie that are kept.
    private var places: [UnsafeRawPointer?]
    /// What is kept of one example.
    private var row: [Float]
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

        /// Where the features of an example's view are kept.
        func row(_ index: Int, _ mark: FeatureMark) -> Int { FeatureDataset.row(index, view: mark.view, of: views) }
    }

    /// The plan for a block, made when it is first needed: never where all features are there.
    private final class Part {
        let plan: Plan
        /// Where the plan takes each input of the model; nil where it does not.
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

    /// - Parameters:
    ///   - cut: of the phase's training graph.
    ///   - block: the same for the examples that are computed together.
    init(
        _ cut: GraphCut, block: GraphCut, _ objective: Objective, store: ParameterStore, kept: FeatureStore,
        _ phase: PhaseConfiguration
    ) {
        self.cut = cut
        self.block = block
        precision = (phase.precision, phase.featurePrecision)
        inputCounts = objective.inputShapes.map(\.count)
        self.store = store
        self.kept = kept
        sizes = cut.shapes.map(\.count)
        let rooms = sizes.map { Slab.padded($0 * cut.batch) }
        slab = Slab(count: rooms.reduce(0, +))
        var values = [slab.pointer]
        for room in rooms.dropLast() { values.append(values[values.count - 1] + room) }
        self.values = values
        places = Array(repeating: nil, count: cut.batch)
        row = Array(repeating: 0, count: cut.floats)
    }

    /// Makes a plan take the features from here, as they are after `complete`.
    func feed(_ plan: Plan) {
        for (index, values) in values.enumerated() {
            if let input = plan.input(GraphCut.name(index)) { plan.bind(input, to: values) }
        }
    }

    /// Bytes that a batch of features takes.
    var batchBytes: Int { Slab.bytes(slab.count) }

    /// Bytes of one example.
    var exampleBytes: Int { cut.floats * precision.kept.dataType.size }

    /// Whether the features of so many examples are worth a file.
    func isLasting(_ examples: Int) -> Bool { examples * cut.flops >= kept.lastingFrom }

    /// The plan of the frozen part, for a block.
    func plan() throws -> Plan { try madePart().plan }

    private func madePart() throws -> Part {
        if let part { return part }
        let part = try Part(block, store: store, inputCount: inputCounts.count, precision: precision.computed)
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
                    block, weights: store, origin: origin ?? "of this process, for \(use)", changes: changes,
                    precision: precision),
                count: examples.count * views, floats: cut.floats, precision: precision.kept, needed: needed,
                isLasting: origin != nil)
        let source = Source(
            dataset: FeatureDataset(examples, rows: rows, views: views),
            examples: examples, rows: rows, views: views)
        sources[use] = source
        return source
    }

    /// Makes the features of a batch of `use`: copies those that are kept, computes the others, and keeps them.
    /// - Throws: what a library says to a shape it cannot do.
    func complete(_ batch: Batch, _ use: ExampleUse) throws {
        guard let source = sources[use] else { preconditionFailure("features of examples that were not opened") }
        collect(batch, source)
        for start in stride(from: 0, to: batch.validRows, by: block.batch) {
            let rows = start..<min(start + block.batch, batch.validRows)
            guard rows.contains(where: { !mark(of: $0, in: batch).areThere }) else { continue }
            let part = try madePart()
            run(part, batch, rows)
            for place in rows where !mark(of: place, in: batch).areThere {
                take(part.results, at: place - start, to: place)
                guard let kept = source.rows else { continue }
                gather(place)
                let number = source.row(batch.indices[place], mark(of: place, in: batch))
                // What cannot be kept is computed again.
                do { try kept.write(number, row) } catch { problem = "\(error)" }
            }
        }
    }

    private func mark(of place: Int, in batch: Batch) -> FeatureMark {
        FeatureMark(batch.inputs[inputCounts.count][place])
    }

    /// Copies what is kept of a batch to its places, and zeros to those of no example.
    private func collect(_ batch: Batch, _ source: Source) {
        for place in places.indices {
            places[place] = nil
            guard place < batch.validRows else { continue }
            let mark = mark(of: place, in: batch)
            if mark.areThere { places[place] = source.rows?.values(of: source.row(batch.indices[place], mark)) }
        }
        var offset = 0
        for (values, size) in zip(values, sizes) {
            Indexing.collect(places, from: offset, into: values, width: size, precision: precision.kept)
            let valid = batch.validRows
            (values + valid * size).update(repeating: 0, count: (places.count - valid) * size)
            offset += size
        }
    }

    /// Copies what a block gave for one of its examples to its place in the batch.
    private func take(_ results: [UnsafePointer<Float>], at blockPlace: Int, to place: Int) {
        for (index, size) in sizes.enumerated() {
            let values = values[index] + place * size
            values.update(from: results[index] + blockPlace * size, count: size)
            // Whether they are kept changes no bit.
            if precision.kept == .bfloat16 {
                for number in 0..<size { values[number] = BFloat16.rounded(values[number]) }
            }
        }
    }

    /// Copies the features at a place of the batch to `row`, one value behind the other.
    private func gather(_ place: Int) {
        row.withUnsafeMutableBufferPointer { row in
            var to = row.baseAddress!
            for (values, size) in zip(values, sizes) {
                to.update(from: values + place * size, count: size)
                to += size
            }
        }
    }

    /// - Parameter rows: of the batch, no more than a block's.
    private func run(_ part: Part, _ batch: Batch, _ rows: Range<Int>) {
        for (index, input) in part.inputs.enumerated() {
            guard let input else { continue }
            part.plan.bind(input, to: batch.inputs[index] + rows.lowerBound * inputCounts[index])
        }
        GEMM.withRowsAlike { part.plan.run(seed: 0, step: 0, validRows: rows.count) }
    }

    /// The first layer of the frozen part that gives something not finite for the training examples of a batch; nil where
    /// all is well. Reads the examples again.
    func firstNonFinite(_ batch: Batch) throws -> (node: Node, value: Float)? {
        guard let source = sources[.training] else { return nil }
        let isFinite = zip(values, sizes).allSatisfy { values, size in
            Finite.firstNonFinite(values, count: batch.validRows * size) == nil
        }
        guard !isFinite else { return nil }
        var target = [Float](repeating: 0, count: max(source.examples.target.count, 1))
        for (row, index) in batch.indices.enumerated() {
            let view = mark(of: row, in: batch).view
            let pointers = inputCounts.indices.map { batch.inputs[$0] + row * inputCounts[$0] }
            try target.withUnsafeMutableBufferPointer {
                try source.examples.read(index, epoch: view, inputs: pointers, target: $0.baseAddress!)
            }
        }
        let part = try madePart()
        for start in stride(from: 0, to: batch.validRows, by: block.batch) {
            run(part, batch, start..<min(start + block.batch, batch.validRows))
            if let found = GEMM.withRowsAlike({ part.plan.firstNonFinite() }) { return found }
        }
        return nil
    }
}
