import Glibc

/// Counts the objects that the Swift runtime allocates on the calling thread, through the hook the runtime keeps for
/// profilers. Other threads allocate as before and are not counted.
package enum AllocationCounter {
    private typealias Allocate = @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?

    /// What the hook reads; it must not allocate, and it runs on every thread.
    private struct State {
        var thread: pthread_t
        var count: Int
        var original: Allocate
    }

    nonisolated(unsafe) private static let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    nonisolated(unsafe) private static let lock: UnsafeMutablePointer<pthread_mutex_t> = {
        let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        return lock
    }()

    private static let counting: Allocate = { metadata, size, alignment in
        if pthread_equal(pthread_self(), AllocationCounter.state.pointee.thread) != 0 {
            AllocationCounter.state.pointee.count += 1
        }
        return AllocationCounter.state.pointee.original(metadata, size, alignment)
    }

    /// Runs `body` and returns how many objects it allocated; nil where this runtime has no hook.
    package static func count(_ body: () throws -> Void) rethrows -> Int? {
        let this = dlopen(nil, RTLD_NOW)
        guard let hook = dlsym(this, "_swift_allocObject"),
            let flag = dlsym(this, "_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly")
        else { return nil }
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        let slot = hook.assumingMemoryBound(to: Allocate.self)
        let isEnabled = flag.assumingMemoryBound(to: Bool.self)
        let original = slot.pointee
        state.initialize(to: State(thread: pthread_self(), count: 0, original: original))
        slot.pointee = counting
        isEnabled.pointee = true
        defer {
            isEnabled.pointee = false
            slot.pointee = original
        }
        try body()
        return state.pointee.count
    }
}
