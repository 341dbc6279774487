import Tensors

/// A dataset whose inputs go through transforms as they are read. Steps that keep the numbers in place work on the
/// example where the batch holds it, while it is in the nearest cache.
package struct TransformedDataset: Dataset {
    /// One resize, or the end of the list, with the steps before it that work in place.
    private struct Stage: Sendable {
        var steps: [Transform] = []
        let shape: Shape
        var resize: ImageSize?
    }

    private let base: any Dataset
    /// As they were given, per input.
    private let transforms: [[Transform]]
    /// Per input.
    private let stages: [[Stage]]
    private let hasResize: Bool
    package let inputShapes: [Shape]

    package var count: Int { base.count }
    package var target: TargetKind { base.target }

    /// The same transforms for every input.
    /// - Throws: `TransformError` where shapes do not go with them.
    package init(_ base: any Dataset, _ transforms: [Transform]) throws {
        try self.init(base, perInput: base.inputShapes.map { _ in transforms })
    }

    /// Other transforms for each input.
    package init(_ base: any Dataset, perInput transforms: [[Transform]]) throws {
        precondition(transforms.count == base.inputShapes.count, "transforms for another number of inputs")
        self.base = base
        self.transforms = transforms
        var shapes: [Shape] = []
        var stages: [[Stage]] = []
        for (steps, shape) in zip(transforms, base.inputShapes) {
            let list = try TransformedDataset.stages(steps, from: shape)
            stages.append(list)
            shapes.append(try steps.reduce(shape) { try $1.shape(from: $0) })
        }
        self.stages = stages
        inputShapes = shapes
        hasResize = stages.contains { $0.count > 1 }
    }

    /// What is transformed, and by what: transformed datasets within one another as one.
    var flattened: (base: any Dataset, steps: [[Transform]]) {
        guard let inner = base as? TransformedDataset else { return (base, transforms) }
        let (root, steps) = inner.flattened
        return (root, zip(steps, transforms).map { $0 + $1 })
    }

    private static func stages(_ steps: [Transform], from shape: Shape) throws -> [Stage] {
        var stages: [Stage] = []
        var steps = steps[...]
        var shape = shape
        repeat {
            var stage = Stage(shape: shape)
            while let step = steps.popFirst() {
                let next = try step.shape(from: shape)
                if case .resize(let size) = step, next != shape {
                    stage = Stage(steps: stage.steps, shape: shape, resize: size)
                    shape = next
                    break
                }
                if step.isInPlace { stage.steps.append(step) }
                shape = next
            }
            stages.append(stage)
        } while !steps.isEmpty || stages.last?.resize != nil
        return stages
    }

    package func read(
        _ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try transform(into: inputs) { try base.read(index, inputs: $0, target: target) } }

    package func read(
        _ index: Int, epoch: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try transform(into: inputs) { try base.read(index, epoch: epoch, inputs: $0, target: target) } }

    private func transform(
        into inputs: [UnsafeMutablePointer<Float>], _ read: ([UnsafeMutablePointer<Float>]) throws -> Void
    ) throws {
        guard hasResize else {
            try read(inputs)
            for i in stages.indices { run(stages[i][0], on: inputs[i]) }
            return
        }
        let scratch = base.inputShapes.map { UnsafeMutablePointer<Float>.allocate(capacity: max($0.count, 1)) }
        defer { for pointer in scratch { pointer.deallocate() } }
        try read(scratch)
        for i in stages.indices {
            try run(stages[i][...], from: scratch[i], to: inputs[i], count: inputShapes[i].count)
        }
    }

    private func run(_ stage: Stage, on values: UnsafeMutablePointer<Float>) {
        let count = stage.shape.count
        for step in stage.steps { step.apply(to: values, count: count) }
    }

    /// Each resize goes to memory of its own, the last one to the destination.
    private func run(
        _ stages: ArraySlice<Stage>, from source: UnsafeMutablePointer<Float>,
        to destination: UnsafeMutablePointer<Float>, count: Int
    ) throws {
        guard let stage = stages.first else { return }
        run(stage, on: source)
        guard let size = stage.resize else {
            destination.update(from: source, count: count)
            return
        }
        let rest = stages.dropFirst()
        guard let next = rest.first, rest.count > 1 else {
            try Transform.resize(source, stage.shape, to: size, destination)
            if let last = rest.first { run(last, on: destination) }
            return
        }
        let scratch = UnsafeMutablePointer<Float>.allocate(capacity: max(next.shape.count, 1))
        defer { scratch.deallocate() }
        try Transform.resize(source, stage.shape, to: size, scratch)
        try run(rest, from: scratch, to: destination, count: count)
    }

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) throws {
        try base.readTarget(index, target)
    }

    package func fingerprint(of index: Int) throws -> UInt64 { try base.fingerprint(of: index) }

    package var heldBytes: Int { base.heldBytes }

    package func keepPictures(upTo bytes: Int) { base.keepPictures(upTo: bytes) }

    package func name(of index: Int) -> String { base.name(of: index) }
}
