import Checkpoints
import Glibc
import Tensors

/// The arrays of a `.npz` file of golden values, in double precision where the file has it.
package struct GoldenArrays: Sendable {
    private let arrays: [String: DoubleArray]

    /// - Throws: `CheckpointError`, `SystemError`.
    package init(path: String) throws {
        let checkpoint = try Checkpoint(path: path)
        arrays = Dictionary(
            uniqueKeysWithValues: checkpoint.tensors.map { ($0.key, GoldenArrays.read($0.value)) })
    }

    private static func read(_ tensor: StoredTensor) -> DoubleArray {
        guard tensor.dataType == .float64 else { return DoubleArray(tensor.read()) }
        let values = tensor.withBytes { bytes in
            (0..<tensor.shape.count).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
        }
        return DoubleArray(shape: tensor.shape, values: values)
    }

    package subscript(name: String) -> DoubleArray? { arrays[name] }
    package var names: [String] { arrays.keys.sorted() }

    /// A folder of the repository, found from a source file in it.
    package static func path(_ relative: String, from file: String = #filePath) -> String {
        let folder = file[..<(file.range(of: "/Tests/")?.lowerBound ?? file.startIndex)]
        return folder + "/" + relative
    }
}

extension String {
    /// The first place where a text stands. (Foundation has it; this saves loading it.)
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
