import Glibc

/// A file that appears whole or not at all: written beside its place, flushed, renamed over it, and the folder flushed.
/// Where anything fails, nothing is left behind and the file that was there before is untouched.
package struct AtomicFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let temporary: String?
    private var isFinished = false

    /// Writes `bytes` as the whole of the file at `path`.
    /// - Throws: `SystemError`.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        try bytes.withUnsafeBytes { buffer in try write(to: path) { try $0.write(buffer) } }
    }

    /// Writes `text` as the whole of the file at `path`.
    /// - Throws: `SystemError`.
    package static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    /// Writes the file at `path` piece by piece.
    /// - Throws: `SystemError`, or whatever `body` throws.
    package static func write(to path: String, _ body: (borrowing AtomicFile) throws -> Void) throws {
        var file = try AtomicFile(path: path)
        try body(file)
        try file.finish()
    }

    /// In the name of every file that is not whole yet: what a killed process leaves behind.
    private static let partialMark = ".partial-"

    /// Whether a name in a folder is that of a file that was never finished.
    package static func isPartial(_ name: String) -> Bool { name.hasPrefix(".") && name.contains(partialMark) }

    private init(path: String) throws {
        var status = stat()
        let exists = stat(path, &status) == 0
        switch (exists, status.st_mode & S_IFMT) {
        case (true, S_IFDIR): throw SystemError(operation: "write", path: path, reason: "it is a folder")
        case (true, S_IFREG): try self.init(replacing: AtomicFile.resolved(path), mode: status.st_mode & 0o7777)
        case (true, _): try self.init(writingTo: path)
        case (false, _): try self.init(replacing: path, mode: nil)
        }
    }

    private init(replacing path: String, mode: mode_t?) throws {
        let (folder, name) = AtomicFile.split(path)
        let temporary =
            folder + "/." + name + AtomicFile.partialMark + "\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError(operation: "write", path: path) }
        if let mode { fchmod(descriptor, mode) }
        self.init(descriptor: descriptor, path: path, temporary: temporary)
    }

    /// Devices and pipes cannot be replaced: they are written to directly.
    private init(writingTo path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(operation: "write", path: path) }
        self.init(descriptor: descriptor, path: path, temporary: nil)
    }

    private init(descriptor: Int32, path: String, temporary: String?) {
        self.descriptor = descriptor
        self.path = path
        self.temporary = temporary
    }

    deinit {
        close(descriptor)
        if !isFinished, let temporary { unlink(temporary) }
    }

    /// Appends bytes.
    /// - Throws: `SystemError`: a full disk, most likely.
    package borrowing func write(_ bytes: UnsafeRawBufferPointer) throws {
        try writeAll(bytes, to: descriptor, path: path)
    }

    private mutating func finish() throws {
        guard let temporary else { return }
        let operations = FileOperations.current
        guard operations.flush(descriptor) == 0, operations.rename(temporary, path) == 0 else {
            throw SystemError(operation: "write", path: path)
        }
        isFinished = true
        try flushFolder(AtomicFile.split(path).folder)
    }

    /// A symbolic link stays a link: what it points to is replaced.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, String(path[path.index(after: slash)...]))
    }
}

/// Writes every byte, going on after interruptions and partial writes.
/// - Throws: `SystemError` naming `path`: a full disk, most likely.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var offset = 0
    while let start = bytes.baseAddress, offset < bytes.count {
        let written = FileOperations.current.write(descriptor, start + offset, min(bytes.count - offset, 1 << 30))
        if written < 0 {
            if errno == EINTR { continue }
            throw SystemError(operation: "write", path: path)
        }
        offset += written
    }
}
