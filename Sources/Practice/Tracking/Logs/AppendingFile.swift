import Glibc
import Tensors

/// A log that grows by whole lines or records. Each goes to the kernel at once: a killed process loses nothing that was written.
struct AppendingFile: ~Copyable {
    private let descriptor: Int32
    let path: String

    /// - Throws: `SystemError` where the file cannot be opened.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError(operation: "write", path: path) }
    }

    deinit { close(descriptor) }

    var isEmpty: Bool { size == 0 }

    /// In bytes.
    var size: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Makes what was appended last through a loss of power.
    /// - Throws: `SystemError`.
    func flush() throws {
        guard FileOperations.current.flush(descriptor) == 0 else { throw SystemError(operation: "write", path: path) }
    }

    /// - Throws: `SystemError`, for example when the disk is full.
    func append(line: String) throws {
        var text = line + "\n"
        try text.withUTF8 { try writeAll(UnsafeRawBufferPointer($0), to: descriptor, path: path) }
    }

    /// - Throws: `SystemError`, for example when the disk is full.
    func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
    }
}
