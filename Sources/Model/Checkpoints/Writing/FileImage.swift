import Tensors

/// The bytes of a file that is about to be written, in pieces: what describes the tensors is there, the tensors
/// themselves are asked for their bytes when it is their turn.
package struct FileImage: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        case tensor(TensorSource)
    }

    private var pieces: [Piece] = []
    package private(set) var byteCount = 0

    package init(_ bytes: [UInt8] = []) { append(bytes) }

    package mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        pieces.append(.bytes(bytes))
        byteCount += bytes.count
    }

    package mutating func append(_ tensor: TensorSource) {
        guard tensor.byteCount > 0 else { return }
        pieces.append(.tensor(tensor))
        byteCount += tensor.byteCount
    }

    package mutating func append(_ image: FileImage) {
        pieces += image.pieces
        byteCount += image.byteCount
    }

    /// Lends the pieces one after another.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try bytes.withUnsafeBytes(body)
            case .tensor(let tensor): try tensor.withBytes(body)
            }
        }
    }

    /// All bytes at once, for what is known to be small.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        forEachPiece { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Writes the whole file.
    /// - Throws: `SystemError`; nothing is left behind then, and a file that was there before is untouched.
    package func write(to path: String) throws {
        try AtomicFile.write(to: path) { file in try forEachPiece { try file.write($0) } }
    }
}
