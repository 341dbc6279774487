import Tensors

/// Whole files of text.
enum Text {
    /// - Throws: `SystemError` where the file cannot be read or is not UTF-8.
    static func read(_ path: String) throws -> String {
        let file = try MappedFile(path: path)
        guard let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
            throw SystemError(operation: "read", path: path, reason: "it is not UTF-8 text")
        }
        return text
    }
}
