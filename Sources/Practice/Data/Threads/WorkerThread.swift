import Glibc

/// A thread that runs one closure. It must be joined, exactly once, before the last reference goes.
final class WorkerThread: @unchecked Sendable {
    private var handle = pthread_t()
    private var isRunning = true

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Throws: `ThreadError` where the system gives no further thread.
    init(_ run: @escaping @Sendable () -> Void) throws {
        let context = Unmanaged.passRetained(Body(run))
        let status = pthread_create(
            &handle, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            isRunning = false
            throw ThreadError(reason: String(cString: strerror(status)))
        }
    }

    func join() {
        guard isRunning else { return }
        isRunning = false
        pthread_join(handle, nil)
    }

    deinit { precondition(!isRunning, "a thread was left running") }
}

package struct ThreadError: Error, CustomStringConvertible {
    package let reason: String
    package var description: String { "cannot start a thread: \(reason)" }
}
