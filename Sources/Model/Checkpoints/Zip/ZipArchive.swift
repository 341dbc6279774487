import CZip

/// A zip archive, read through libzip.
struct ZipArchive: ~Copyable {
    private let archive: OpaquePointer
    let path: String
    let names: [String]

    /// How far an archive is believed.
    private enum Limits {
        static let entries: Int64 = 1 << 18
        static let bytes = 1 << 36
        static let inflation = 1100
    }

    init(path: String) throws {
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_RDONLY, &code) else {
            var error = zip_error_t()
            zip_error_init_with_code(&error, code)
            defer { zip_error_fini(&error) }
            throw CheckpointError.damaged(
                path: path, place: "", problem: "libzip cannot open it (\(String(cString: zip_error_strerror(&error))))"
            )
        }
        let count = zip_get_num_entries(archive, 0)
        guard count <= Limits.entries else {
            zip_discard(archive)
            throw CheckpointError.refused(path: path, place: "", reason: "it has \(count) entries")
        }
        let names = (0..<UInt64(max(count, 0))).map { index in
            zip_get_name(archive, index, 0).map { String(cString: $0) } ?? ""
        }
        if let reason = ZipArchive.objection(to: names) {
            zip_discard(archive)
            throw CheckpointError.refused(path: path, place: reason.name, reason: reason.text)
        }
        self.archive = archive
        self.path = path
        self.names = names
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
        guard size <= Limits.bytes, believable.overflow || size <= believable.partialValue + 1024 else {
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
