import Tensors

/// The second thread's side of a `BatchStream`: a ring of batches between one thread that fills and one that takes.
/// Everything below `monitor` is touched only inside its lock, except the content of a batch, which belongs to
/// whoever holds its slot.
final class BatchProducer: @unchecked Sendable {
    /// A pass that has been asked for.
    struct Pass {
        var order: ExampleOrder
        var position: Int
    }

    private let dataset: any Dataset
    private let indices: [Int]
    private let ring: [Batch]

    private let monitor = Monitor()
    private var requested: Pass?
    private var isCancelled = false
    private var hasEnded = true
    private var failure: (any Error)?
    // Batches of the running pass: filled, handed out, given back.
    private var produced = 0
    private var taken = 0
    private var released = 0

    init(dataset: any Dataset, indices: [Int], ring: [Batch]) {
        self.dataset = dataset
        self.indices = indices
        self.ring = ring
    }

    /// Abandons the running pass, if any, and asks for this one. Whatever batch is out becomes invalid.
    func request(_ pass: Pass) {
        monitor.withLock {
            requested = pass
            monitor.broadcast()
        }
    }

    func cancel() {
        monitor.withLock {
            isCancelled = true
            monitor.broadcast()
        }
    }

    /// Gives the batch before back, and waits for the next: nil at the end of the pass.
    /// - Throws: what reading threw, after all batches before it were handed out.
    func take() throws -> Batch? {
        try monitor.withLock {
            if released < taken {
                released = taken
                monitor.broadcast()
            }
            while requested != nil || (taken == produced && !hasEnded) { monitor.wait() }
            if taken < produced {
                defer { taken += 1 }
                return ring[taken % ring.count]
            }
            if let failure { throw failure }
            return nil
        }
    }

    /// The second thread's body.
    func run() {
        while let pass = nextPass() {
            let order = pass.order.applied(to: indices)
            var position = pass.position
            while position < order.count, let batch = freeBatch() {
                do {
                    try batch.fill(from: dataset, order: order, position: position, training: pass.order.training)
                } catch {
                    fail(error)
                    break
                }
                position += batch.validRows
                publish()
            }
            finish()
        }
    }

    private func nextPass() -> Pass? {
        monitor.withLock {
            while requested == nil && !isCancelled { monitor.wait() }
            guard !isCancelled, let pass = requested else { return nil }
            requested = nil
            (produced, taken, released) = (0, 0, 0)
            hasEnded = false
            failure = nil
            return pass
        }
    }

    /// A slot to fill, or nil where the pass was abandoned.
    private func freeBatch() -> Batch? {
        monitor.withLock {
            while produced - released == ring.count && requested == nil && !isCancelled { monitor.wait() }
            return requested == nil && !isCancelled ? ring[produced % ring.count] : nil
        }
    }

    private func publish() {
        monitor.withLock {
            produced += 1
            monitor.broadcast()
        }
    }

    private func fail(_ error: any Error) { monitor.withLock { failure = error } }

    private func finish() {
        monitor.withLock {
            hasEnded = true
            monitor.broadcast()
        }
    }
}
