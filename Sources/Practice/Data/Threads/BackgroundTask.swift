/// Work begun now on a thread of its own, whose result is fetched later: a test set that is read while training
/// starts. Letting go of it waits for its end.
package final class BackgroundTask<Value: Sendable>: @unchecked Sendable {
    private final class Outcome: @unchecked Sendable {
        var result: Result<Value, any Error>?
        let monitor = Monitor()
    }

    private let outcome = Outcome()
    private let thread: WorkerThread?

    /// Where no thread can be had the work is done at once.
    package init(_ work: @escaping @Sendable () throws -> Value) {
        let outcome = outcome
        let run: @Sendable () -> Void = {
            let result = Result(catching: work)
            outcome.monitor.withLock {
                outcome.result = result
                outcome.monitor.broadcast()
            }
        }
        thread = try? WorkerThread(run)
        if thread == nil { run() }
    }

    /// Waits for the result. May be called any number of times.
    package func value() throws -> Value {
        try outcome.monitor.withLock {
            while true {
                if let result = outcome.result { return try result.get() }
                outcome.monitor.wait()
            }
        }
    }

    deinit { thread?.join() }
}
