import Tensors

/// Writes zip archives: entries stored as they are, in the order given, all dated 1980-01-01, so that equal contents
/// give equal bytes. Sizes beyond 4 GiB are written as Zip64 (PKWARE's APPNOTE 6.3, section 4.5.3).
package enum ZipWriter {
    private static let firstOfJanuary1980: UInt16 = 1 << 5 | 1
    private static let mask32 = UInt64(UInt32.max)

    private struct Entry {
        let name: [UInt8]
        let checksum: UInt32
        let size: UInt64
        let offset: UInt64

        var isUTF8: Bool { name.contains { $0 >= 0x80 } }
        var isLarge: Bool { size >= mask32 || offset >= mask32 }
    }

    /// - Parameter label: the archive's name, for messages.
    /// - Throws: `CheckpointError.unwritable` for names that an archive cannot hold.
    package static func image(_ entries: [(name: String, content: FileImage)], label: String) throws -> FileImage {
        var image = FileImage()
        var directory: [Entry] = []
        for (name, content) in entries {
            let bytes = Array(name.utf8)
            guard !bytes.isEmpty, bytes.count <= UInt16.max, !bytes.contains(0) else {
                throw CheckpointError.unwritable(
                    path: label, place: "", problem: "\"\(name.prefix(60))\" cannot be a name in a zip archive")
            }
            var checksum = CRC32()
            content.forEachPiece { checksum.update($0) }
            let entry = Entry(
                name: bytes, checksum: checksum.value, size: UInt64(content.byteCount), offset: UInt64(image.byteCount))
            image.append(localHeader(entry))
            image.append(content)
            directory.append(entry)
        }
        let start = UInt64(image.byteCount)
        let listing = directory.flatMap(directoryHeader)
        image.append(listing)
        image.append(end(entries: UInt64(directory.count), start: start, size: UInt64(listing.count)))
        return image
    }

    /// The bytes of a small archive.
    /// - Throws: as `image`.
    package static func encode(_ entries: [(name: String, bytes: [UInt8])], label: String) throws -> [UInt8] {
        try image(entries.map { (name: $0.name, content: FileImage($0.bytes)) }, label: label).bytes
    }

    private static func localHeader(_ entry: Entry) -> [UInt8] {
        let isLarge = entry.size >= mask32
        var extra: [UInt8] = []
        if isLarge { extra.append(littleEndian: UInt16(1), UInt16(16), entry.size, entry.size) }
        var header: [UInt8] = []
        header.append(littleEndian: UInt32(0x0403_4B50))
        header += common(entry, version: isLarge ? 45 : 20, sizes: isLarge ? mask32 : entry.size)
        header.append(littleEndian: UInt16(entry.name.count), UInt16(extra.count))
        return header + entry.name + extra
    }

    private static func directoryHeader(_ entry: Entry) -> [UInt8] {
        var extra: [UInt8] = []
        if entry.isLarge { extra.append(littleEndian: UInt16(1), UInt16(24), entry.size, entry.size, entry.offset) }
        let version: UInt16 = entry.isLarge ? 45 : 20
        var header: [UInt8] = []
        header.append(littleEndian: UInt32(0x0201_4B50), version)
        header += common(entry, version: version, sizes: entry.isLarge ? mask32 : entry.size)
        // Lengths of the name, the extra field and the comment; disk; internal and external attributes; offset.
        header.append(littleEndian: UInt16(entry.name.count), UInt16(extra.count), UInt16(0), UInt16(0), UInt16(0))
        header.append(littleEndian: UInt32(0), UInt32(entry.isLarge ? mask32 : entry.offset))
        return header + entry.name + extra
    }

    /// Version needed, flags, method, time, date, checksum, both sizes.
    private static func common(_ entry: Entry, version: UInt16, sizes: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: version, UInt16(entry.isUTF8 ? 1 << 11 : 0), UInt16(0), UInt16(0))
        bytes.append(littleEndian: firstOfJanuary1980, entry.checksum, UInt32(sizes), UInt32(sizes))
        return bytes
    }

    private static func end(entries: UInt64, start: UInt64, size: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        let isLarge = entries >= UInt64(UInt16.max) || start >= mask32 || size >= mask32
        if isLarge {
            bytes.append(littleEndian: UInt32(0x0606_4B50), UInt64(44), UInt16(45), UInt16(45), UInt32(0), UInt32(0))
            bytes.append(littleEndian: entries, entries, size, start)
            bytes.append(littleEndian: UInt32(0x0706_4B50), UInt32(0), start + size, UInt32(1))
        }
        let count = isLarge ? UInt16.max : UInt16(entries)
        bytes.append(littleEndian: UInt32(0x0605_4B50), UInt16(0), UInt16(0), count, count)
        bytes.append(
            littleEndian: UInt32(isLarge ? mask32 : size), UInt32(isLarge ? mask32 : start), UInt16(0))
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian values: any FixedWidthInteger...) {
        for value in values { append(littleEndianOf: value) }
    }

    private mutating func append<Value: FixedWidthInteger>(littleEndianOf value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
