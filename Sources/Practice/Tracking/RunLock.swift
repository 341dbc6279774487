import Glibc
import Tensors

/// One process per run folder. The kernel lets go of the lock however the process ends, so a stale file locks nobody
/// out; while it is held, the file names the holder.
struct RunLock: ~Copyable {
    static let fileName = ".lock"
    private let descriptor: Int32
    private let path: String

    /// - Throws: `RunDirectoryError.inUse` with the holder, or `SystemError`.
    static func take(_ folder: String) throws -> RunLock {
        let path = joined(folder, fileName)
        let lock = RunLock(path: path, descriptor: try open(path, folder))
        var holder = "\(getpid())\n"
        try holder.withUTF8 { try writeAll(UnsafeRawBufferPointer($0), to: lock.descriptor, path: path) }
        return lock
    }

    /// Of what is locked: `deinit` gives it back, so there must be none of what is another's.
    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// The empty file, locked.
    private static func open(_ path: String, _ folder: String) throws -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError(operation: "lock", path: folder) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isSameFile(descriptor, path) else {
            defer { close(descriptor) }
            throw RunDirectoryError.inUse(folder: folder, holder: holder(descriptor))
        }
        ftruncate(descriptor, 0)
        return descriptor
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    /// The last holder removes the file: whoever opened it just before then holds a lock on nothing.
    private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }

    private static func holder(_ descriptor: Int32) -> Int? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: buffer[..<count], as: UTF8.self).filter(\.isNumber))
    }
}

extension RunDirectory {
    /// The process that works in a run's folder, as its lock names it, if there still is one of that number. Only looks: the
    /// lock itself is not touched, so that a run that is just starting does not find it taken.
    package static func holder(ofRunAt path: String) -> Int? {
        guard let text = try? readText(joined(path, RunLock.fileName)), let process = Int(text.filter(\.isNumber)),
            process > 0, process <= Int(pid_t.max), kill(pid_t(process), 0) == 0 || errno == EPERM
        else { return nil }
        return process
    }
}
