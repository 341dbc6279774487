import Tensors

extension SourceDescription {
    /// SHA-256 of all bytes that the source is read from, as they are stored: files in the order they are named, the
    /// files of a folder by their relative path. Paths above do not count, nor do choices such as classes.
    /// - Throws: `SystemError`.
    package func contentHash() throws -> String {
        var hash = ContentHash()
        switch self {
        case .idx, .arrays, .table: for path in paths { try MappedFile(path: path).withBytes { hash.update($0) } }
        case .imageFolder(let source):
            for file in try FileTree.files(below: source.path) where ImageFile.isImage(file) {
                hash.update(file + "\n")
                try MappedFile(path: FileTree.join(source.path, file)).withBytes { hash.update($0) }
            }
        case .inline(let source):
            for input in source.inputs { SourceDescription.update(&hash, input) }
            switch source.targets {
            case .labels(let labels): for label in labels { hash.update(label + "\n") }
            case .values(let tensor): SourceDescription.update(&hash, tensor)
            }
        }
        return hash.finalize()
    }

    private static func update(_ hash: inout ContentHash, _ tensor: Tensor) {
        hash.update(tensor.shape.description + "\n")
        tensor.values.withUnsafeBytes { hash.update($0) }
    }
}
