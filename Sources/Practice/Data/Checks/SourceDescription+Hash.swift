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

    /// What is made of those bytes: every choice, as text, and no path.
    package var choices: String {
        switch self {
        case .idx(let source): "idx \(source.classes) \(source.form)"
        case .arrays(let source):
            "arrays \((source.inputs + source.targets).map { $0.name ?? "" }) \(source.inputs.count) \(source.classes) "
                + "\(source.form)"
        case .table(let source): source.choices
        case .imageFolder(let source):
            "pictures \(source.size.map { "\($0)" } ?? "-") \(source.channels ?? 0) \(source.classes) \(source.onBadExample)"
        case .inline(let source): "inline \(source.classes)"
        }
    }

    private static func update(_ hash: inout ContentHash, _ tensor: Tensor) {
        hash.update(tensor.shape.description + "\n")
        tensor.values.withUnsafeBytes { hash.update($0) }
    }
}

extension TableSource {
    /// Dictionaries and sets in an order of their own.
    fileprivate var choices: String {
        func sorted(_ texts: [String]) -> [String] { texts.sorted() }
        let parts: [String] = [
            "\(format)", "\(String(describing: inputs))", "\(ignored)", "\(sorted(encodings.map { "\($0)" }))",
            "\(targets)", "\(form)", "\(classes)", "\(sorted(labelAliases.map { "\($0)" }))",
            "\(missingTokens.sorted())", "\(missing)", "\(onBadExample)", "\(String(describing: encoding))",
        ]
        return "table " + parts.joined(separator: " | ")
    }
}
