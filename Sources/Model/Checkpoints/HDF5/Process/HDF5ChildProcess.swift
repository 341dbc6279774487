import CProcess
import Glibc
import Synchronization
import Tensors

/// This program, started again in the mode that only reads an HDF5 file (`HDF5ReadingMode`).
struct HDF5ChildProcess: ~Copyable {
    let process: pid_t
    /// What it says about the file.
    private let index: Int32

    /// How it ended without having said so.
    enum End: Hashable {
        case status(Int32)
        case signal(Int32)
        case silent(milliseconds: Int)
    }

    /// - Parameters:
    ///   - descriptor: the file to read.
    ///   - memory: where it may put bytes that have to be made.
    /// - Throws: `SystemError` where it cannot be started.
    init(reading descriptor: Int32, into memory: borrowing MemoryFile, path: String) throws {
        func failure(_ reason: String) -> SystemError {
            SystemError(operation: "start the process that reads", path: path, reason: reason)
        }
        guard HDF5ReadingMode.isServed else { throw failure("this program does not serve the mode that reads HDF5") }
        var ends: [Int32] = [-1, -1]
        let error = cp_pipe(&ends)
        guard error == 0 else { throw failure(String(cString: strerror(error))) }
        defer { close(ends[1]) }
        let started = HDF5ChildProcess.start(with: [ends[1], descriptor, memory.descriptor])
        guard case .success(let process) = started else {
            close(ends[0])
            guard case .failure(let error) = started else { throw failure("") }
            throw failure(String(cString: strerror(error.code)))
        }
        self.process = process
        index = ends[0]
    }

    private struct StartError: Error { let code: Int32 }

    private static func start(with descriptors: [Int32]) -> Result<pid_t, StartError> {
        let arguments = HDF5ReadingMode.arguments(parent: getpid())
        var process: pid_t = 0
        let error = withCStrings(arguments) { arguments in
            withCStrings(HDF5ReadingMode.environment()) { environment in
                cp_start_self(arguments, environment, descriptors, Int32(descriptors.count), &process)
            }
        }
        return error == 0 ? .success(process) : .failure(StartError(code: error))
    }

    deinit { close(index) }

    /// Hands on what the process says until it ends, and ends it where it says nothing for too long.
    /// - Throws: what `take` throws; the process is gone then too.
    consuming func run(
        limits: HDF5Limits, _ take: (UnsafeRawBufferPointer) throws(HDF5IndexError) -> Void
    ) throws(HDF5IndexError) -> End {
        let watchdog = Watchdog(limits)
        var silence: Int?
        var complaint: HDF5IndexError?
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            var last = watchdog.now
            while true {
                guard waitForBytes(watchdog.patience(since: last)) else {
                    silence = watchdog.now - last
                    return
                }
                let count = read(index, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                last = watchdog.now
                do throws(HDF5IndexError) {
                    try take(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
                } catch {
                    complaint = error
                    return
                }
            }
        }
        if silence != nil || complaint != nil { kill(process, SIGKILL) }
        var status: Int32 = 0
        cp_wait(process, &status)
        if let complaint { throw complaint }
        if let silence { return .silent(milliseconds: silence) }
        var code: Int32 = 0
        return cp_ended_by_signal(status, &code) != 0 ? .signal(code) : .status(code)
    }

    /// Whether there is something to read, or the end, within so many milliseconds.
    private borrowing func waitForBytes(_ milliseconds: Int) -> Bool {
        var entry = pollfd(fd: index, events: Int16(POLLIN), revents: 0)
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            let left = ((deadline - .now) / .milliseconds(1)).rounded(.up)
            let ready = poll(&entry, 1, Int32(max(min(left, 1e9), 0)))
            if ready > 0 { return true }
            guard ready < 0, errno == EINTR else { return false }
        }
    }
}

/// How long a process may say nothing, and how long it may talk.
private struct Watchdog {
    private let began = ContinuousClock.now
    private let limits: HDF5Limits

    init(_ limits: HDF5Limits) { self.limits = limits }

    /// Milliseconds since it began to watch.
    var now: Int { Int((ContinuousClock.now - began) / .milliseconds(1)) }

    /// Milliseconds until it loses patience, where the last word came at `last`.
    func patience(since last: Int) -> Int {
        max(min(last + limits.silenceMilliseconds, limits.totalMilliseconds) - now, 0)
    }
}

extension HDF5ChildProcess.End {
    /// What it says about the file.
    var sentence: String {
        switch self {
        case .status(let code): "reading it made libhdf5 give up (status \(code))"
        case .signal(SIGXCPU): "reading it took libhdf5 longer than any file of its size takes"
        case .signal(let signal): "reading it crashed libhdf5 (\(String(cString: strsignal(signal))))"
        case .silent(let milliseconds): "reading it hung libhdf5 (no progress in \(milliseconds / 1000) seconds)"
        }
    }
}

/// Lends texts as C does it: pointers, and a null one at the end.
private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}
