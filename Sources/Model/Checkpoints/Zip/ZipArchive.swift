import CZip
import Glibc
import Tensors

/// A zip archive, read through libzip.
struct ZipArchive: ~Copyable {
    private let archive: OpaquePointer
    let path: String
    let names: [String]

    /// How far an archive is believed.
    private enum Limits {
        static let entries: Int64 = 1 << 18
        /// Of one entry; deflate cannot shrink by more than about 1032 to 1.
        static let inflation = 1100
        /// Of all entries together, for an archive of so many bytes.
        static func bytes(_ size: Int) -> Int { 256 << 20 + 16 * size }
    }

    /// - Parameters:
    ///   - descriptor: the archive, open for reading; it stays the caller's.
    ///   - path: for messages.
    /// - Throws: `CheckpointError` for what is no archive, or is a bomb.
    static func open(descriptor: Int32, path: String) throws -> ZipArchive {
        var status = stat()
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0, fstat(copy, &status) == 0 else { throw SystemError(operation: "read", path: path) }
        var code: Int32 = 0
        guard let archive = zip_fdopen(copy, 0, &code) else {
            close(copy)
            throw CheckpointError.damaged(
                path: path, place: "", problem: "libzip cannot open it (\(message(code)))")
        }
        let opened = ZipArchive(archive, path: path)
        try opened.check(fileSize: Int(status.st_size))
        return opened
    }

    private init(_ archive: OpaquePointer, path: String) {
        self.archive = archive
        self.path = path
        let count = max(min(zip_get_num_entries(archive, 0), Limits.entries), 0)
        names = (0..<UInt64(count)).map { index in
            zip_get_name(archive, index, 0).map { String(cString: $0) } ?? ""
        }
    }

    /// Nothing is ever written under these names, but an archive that plays tricks with them is not believed.
    private static func objection(to names: [String]) -> (name: String, text: String)? {
        var seen: Set<String> = []
        for name in names {
            if !seen.insert(name).inserted { return (name, "two entries have this name") }
            if name.hasPrefix("/") || name.split(separator: "/").contains("..") {
                return (name, "its name leads out of the archive")
            }
        }
        return nil
    }

    private static func message(_ code: Int32) -> String {
        var error = zip_error_t()
        zip_error_init_with_code(&error, code)
        defer { zip_error_fini(&error) }
        return String(cString: zip_error_strerror(&error))
    }

    private func check(fileSize: Int) throws {
        let count = zip_get_num_entries(archive, 0)
        guard count <= Limits.entries else {
            throw CheckpointError.refused(path: path, place: "", reason: "it has \(count) entries")
        }
        if let objection = ZipArchive.objection(to: names) {
            throw CheckpointError.refused(path: path, place: objection.name, reason: objection.text)
        }
        var total = 0
        for index in names.indices {
            let (sum, overflow) = total.addingReportingOverflow(try size(of: index))
            guard !overflow, sum <= Limits.bytes(fileSize) else {
                throw CheckpointError.refused(
                    path: path, place: "", reason: "it claims to unpack to more than \(Limits.bytes(fileSize)) bytes")
            }
            total = sum
        }
    }

    deinit { zip_discard(archive) }

    /// The bytes of entry `index` once unpacked.
    /// - Throws: `CheckpointError` for entries that are encrypted, packed in an unknown way or claim more than they
    ///   can honestly hold.
    func size(of index: Int) throws -> Int {
        var status = zip_stat_t()
        guard zip_stat_index(archive, UInt64(index), 0, &status) == 0 else { throw damaged(index) }
        guard status.encryption_method == 0 else {
            throw CheckpointError.unsupported(path: path, place: names[index], feature: "it is encrypted")
        }
        let size = Int(clamping: status.size)
        let packed = Int(clamping: status.comp_size)
        let believable = packed.multipliedReportingOverflow(by: Limits.inflation)
        guard believable.overflow || size <= believable.partialValue + 1024 else {
            throw CheckpointError.refused(
                path: path, place: names[index], reason: "it claims to unpack from \(packed) bytes to \(size)")
        }
        return size
    }

    /// Unpacks entry `index` into all of `buffer`; the stored checksum is verified.
    func read(_ index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard let file = zip_fopen_index(archive, UInt64(index), 0) else { throw damaged(index) }
        var done = 0
        while done < buffer.count {
            let count = zip_fread(file, buffer.baseAddress! + done, UInt64(buffer.count - done))
            guard count > 0 else {
                let reason = count < 0 ? String(cString: zip_file_strerror(file)) : "it ends too early"
                zip_fclose(file)
                throw CheckpointError.damaged(path: path, place: names[index], problem: reason)
            }
            done += Int(count)
        }
        // The checksum is compared when the end is reached, so one more read finds a wrong one.
        var extra: UInt8 = 0
        let beyond = zip_fread(file, &extra, 1)
        let reason = beyond < 0 ? String(cString: zip_file_strerror(file)) : "it is longer than it says"
        zip_fclose(file)
        guard beyond == 0 else { throw CheckpointError.damaged(path: path, place: names[index], problem: reason) }
    }

    private func damaged(_ index: Int) -> CheckpointError {
        .damaged(path: path, place: names[index], problem: String(cString: zip_strerror(archive)))
    }
}
