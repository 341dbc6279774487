import Tensors

/// Reads one NumPy array.
enum NPYReader {
    /// Indexes the array where it lies when it is row-major and little-endian; else converts it.
    static func tensor(in mapping: MappedFile, name: String) throws -> StoredTensor {
        let header = try NPYHeader(parsing: mapping.bytes, label: mapping.path)
        try checkSize(header, available: mapping.bytes.count, label: mapping.path)
        if header.isPlain {
            return StoredTensor(
                name: name, shape: header.shape, dataType: header.dataType, mapping: mapping, offset: header.dataOffset)
        }
        var memory = try MemoryFile(origin: mapping.path)
        let offset = try memory.append(size: header.byteCount) { convert(mapping.bytes, header, to: $0) }
        return StoredTensor(
            name: name, shape: header.shape, dataType: header.dataType, mapping: try memory.mapped(), offset: offset)
    }

    static func checkSize(_ header: NPYHeader, available: Int, label: String) throws {
        guard header.byteCount <= available - header.dataOffset else {
            throw CheckpointError.damaged(
                path: label, place: "",
                problem: "it is cut short: an array of shape \(header.shape) takes \(header.byteCount) bytes,"
                    + " and \(available - header.dataOffset) are there")
        }
    }

    /// Writes the elements row-major and little-endian.
    static func convert(_ file: UnsafeRawBufferPointer, _ header: NPYHeader, to buffer: UnsafeMutableRawBufferPointer) {
        let size = header.dataType.size
        let source = UnsafeRawBufferPointer(
            rebasing: file[header.dataOffset..<header.dataOffset + header.byteCount])
        if header.isFortranOrder, header.shape.rank > 1 {
            transpose(source, shape: header.shape, size: size, to: buffer)
        } else {
            buffer.copyMemory(from: source)
        }
        guard header.isBigEndian else { return }
        for start in stride(from: 0, to: buffer.count, by: size) {
            buffer[start..<start + size].reverse()
        }
    }

    /// Column-major to row-major: walks the destination in order and keeps the source's index along.
    private static func transpose(
        _ source: UnsafeRawBufferPointer, shape: Shape, size: Int, to buffer: UnsafeMutableRawBufferPointer
    ) {
        var strides = [Int](repeating: 1, count: shape.rank)
        for axis in 1..<shape.rank { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        var index = [Int](repeating: 0, count: shape.rank)
        var from = 0
        for to in 0..<shape.count {
            for byte in 0..<size { buffer[to * size + byte] = source[from * size + byte] }
            for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
                index[axis] += 1
                from += strides[axis]
                if index[axis] < shape[axis] { break }
                from -= strides[axis] * shape[axis]
                index[axis] = 0
            }
        }
    }
}

extension NPYHeader {
    /// Row-major and little-endian: usable where it lies.
    var isPlain: Bool { !isBigEndian && (!isFortranOrder || shape.rank < 2) }
}
