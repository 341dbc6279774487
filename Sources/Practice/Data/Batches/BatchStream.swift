import Tensors

/// Batches of a dataset, one pass at a time, read ahead on a second thread into a few batches that are used again.
///
/// Every example counts once: the last batch of a pass is padded with zeros of weight 0. Which example comes where is
/// a pure function of indices, order and position, never of timing. One thread uses a stream; it ends its own.
package final class BatchStream {
    package let batchSize: Int
    /// Examples in a whole pass.
    package let count: Int
    /// Seconds that `next` has waited for data since the stream was made.
    package private(set) var secondsWaited = 0.0

    private enum Source {
        case ahead(BatchProducer, WorkerThread)
        /// Data so small that handing it between threads takes longer than reading it.
        case direct(Batch, any Dataset, indices: [Int])
    }

    private let source: Source
    private var directOrder: [Int] = []
    private var directTraining: (seed: UInt64, epoch: Int)?
    private var directPosition = 0

    /// Floats per pass below which nothing is read ahead.
    private static let smallPass = 1 << 16

    /// Starts the first pass.
    /// - Parameters:
    ///   - indices: which examples make a pass; all of them where nil.
    ///   - position: how many examples of the first pass were already used, for continuing after a stop.
    ///   - mixing: what mixes the examples of a training batch.
    ///   - depth: batches held, two at least; 0 for reading on the caller's thread; chosen where nil.
    /// - Throws: `ThreadError`.
    package init(
        _ dataset: any Dataset, indices: [Int]? = nil, batchSize: Int, order: ExampleOrder,
        from position: Int = 0, mixing: BatchMixing? = nil, depth: Int? = nil
    ) throws {
        let indices = indices ?? Array(0..<dataset.count)
        self.batchSize = batchSize
        count = indices.count
        func batch() -> Batch {
            Batch(capacity: batchSize, inputShapes: dataset.inputShapes, target: dataset.target, mixing: mixing)
        }
        let depth = depth ?? BatchStream.depth(dataset, count: indices.count)
        if depth == 0 {
            source = .direct(batch(), dataset, indices: indices)
        } else {
            let ring = (0..<max(depth, 2)).map { _ in batch() }
            let producer = BatchProducer(dataset: dataset, indices: indices, ring: ring)
            source = .ahead(producer, try WorkerThread { producer.run() })
        }
        restart(order, from: position)
    }

    /// Batches that are read ahead where nothing else is asked for.
    private static func depth(_ dataset: any Dataset, count: Int) -> Int {
        let floats = count * dataset.inputShapes.reduce(dataset.target.count) { $0 + $1.count }
        return floats < smallPass ? 0 : 3
    }

    /// Bytes that a stream over `count` examples of a dataset holds.
    package static func bytes(_ dataset: any Dataset, count: Int, batchSize: Int) -> Int {
        max(depth(dataset, count: count), 1)
            * Batch.bytes(capacity: batchSize, inputShapes: dataset.inputShapes, target: dataset.target)
    }

    deinit {
        guard case .ahead(let producer, let thread) = source else { return }
        producer.cancel()
        thread.join()
    }

    /// Steps of a whole pass.
    package var batchesPerPass: Int { (count + batchSize - 1) / batchSize }

    /// Begins a pass anew, in an order of its own; what is left of the running one is dropped. Batches that were
    /// handed out become invalid.
    package func restart(_ order: ExampleOrder, from position: Int = 0) {
        precondition((0...count).contains(position), "the position \(position) lies outside of \(count) examples")
        switch source {
        case .ahead(let producer, _): producer.request(.init(order: order, position: position))
        case .direct(_, _, let indices):
            directOrder = order.applied(to: indices)
            directTraining = order.training
            directPosition = position
        }
    }

    /// The next batch, valid until the next call, or nil at the end of the pass.
    /// - Throws: what reading an example threw.
    package func next() throws -> Batch? {
        let start = monotonicSeconds()
        defer { secondsWaited += monotonicSeconds() - start }
        switch source {
        case .ahead(let producer, _): return try producer.take()
        case .direct(let batch, let dataset, _):
            guard directPosition < directOrder.count else { return nil }
            try batch.fill(from: dataset, order: directOrder, position: directPosition, training: directTraining)
            directPosition += batch.validRows
            return batch
        }
    }

    /// The next batch, at the end of a pass the first of another one.
    /// - Parameter order: of that pass.
    /// - Throws: as `next`.
    package func next(thenFrom order: @autoclosure () -> ExampleOrder) throws -> Batch {
        if let batch = try next() { return batch }
        restart(order())
        guard let batch = try next() else { preconditionFailure("a pass without a batch") }
        return batch
    }
}
