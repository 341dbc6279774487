import CZip
import Glibc
import Tensors

/// Writes zip archives: entries stored as they are, in the order given, all dated 1980-01-01, so that equal contents
/// give equal bytes.
package enum ZipWriter {
    /// The bytes of an archive.
    /// - Throws: `CheckpointError.unwritable`.
    package static func encode(_ entries: [(name: String, bytes: [UInt8])], label: String) throws -> [UInt8] {
        var error = zip_error_t()
        guard let source = zip_source_buffer_create(nil, 0, 0, &error) else { throw failure(label, &error) }
        zip_source_keep(source)
        defer { zip_source_free(source) }
        guard let archive = zip_open_from_source(source, ZIP_TRUNCATE, &error) else {
            zip_source_free(source)
            throw failure(label, &error)
        }
        // libzip reads the entries when the archive is closed: copies it frees itself outlive this scope.
        for (name, bytes) in entries where !add(name, bytes, to: archive) {
            defer { zip_discard(archive) }
            throw failure(label, zip_get_error(archive))
        }
        guard zip_close(archive) == 0 else {
            defer { zip_discard(archive) }
            throw failure(label, zip_get_error(archive))
        }
        return try read(back: source, label: label)
    }

    private static func add(_ name: String, _ bytes: [UInt8], to archive: OpaquePointer) -> Bool {
        guard let copy = malloc(max(bytes.count, 1)) else { return false }
        bytes.withUnsafeBytes { if let start = $0.baseAddress { memcpy(copy, start, bytes.count) } }
        guard let source = zip_source_buffer(archive, copy, UInt64(bytes.count), 1) else {
            free(copy)
            return false
        }
        let index = zip_file_add(archive, name, source, UInt32(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            return false
        }
        let firstOfJanuary1980: UInt16 = 1 << 5 | 1
        return zip_set_file_compression(archive, UInt64(index), ZIP_CM_STORE, 0) == 0
            && zip_file_set_dostime(archive, UInt64(index), 0, firstOfJanuary1980, 0) == 0
    }

    private static func read(back source: OpaquePointer, label: String) throws -> [UInt8] {
        guard zip_source_open(source) == 0 else { throw failure(label, zip_source_error(source)) }
        defer { zip_source_close(source) }
        guard zip_source_seek(source, 0, SEEK_END) == 0 else { throw failure(label, zip_source_error(source)) }
        let size = Int(zip_source_tell(source))
        guard zip_source_seek(source, 0, SEEK_SET) == 0 else { throw failure(label, zip_source_error(source)) }
        var done = 0
        var bytes = [UInt8](repeating: 0, count: size)
        while done < size {
            let count = bytes.withUnsafeMutableBytes { buffer in
                zip_source_read(source, buffer.baseAddress! + done, UInt64(size - done))
            }
            guard count > 0 else { throw failure(label, zip_source_error(source)) }
            done += Int(count)
        }
        return bytes
    }

    private static func failure(_ label: String, _ error: UnsafeMutablePointer<zip_error_t>?) -> CheckpointError {
        .unwritable(
            path: label, place: "", problem: error.map { String(cString: zip_error_strerror($0)) } ?? "libzip failed")
    }
}
