import Glibc
import JSON
import Tensors

/// The text of a recipe and what it says, before anything is checked.
struct RecipeFile {
    /// Recipes hold small data inline, never large.
    private static let maximumSize = 64 << 20

    /// As the user gave it.
    let path: String
    /// The folder that relative paths are relative to: absolute, links resolved.
    let folder: String
    let node: RecipeNode?
    let syntaxErrors: [JSONSyntaxError]

    /// - Throws: `SystemError` where the file cannot be read.
    init(path: String) throws {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= RecipeFile.maximumSize else {
            throw SystemError(operation: "read", path: path, reason: "it is too large for a recipe")
        }
        let isYAML = path.hasSuffix(".yaml") || path.hasSuffix(".yml")
        let parsed: (value: LocatedJSON?, errors: [JSONSyntaxError])
        if isYAML, let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) {
            parsed = YAMLReader.read(text)
        } else {
            parsed = file.withBytes { LocatedJSON.parse(utf8: $0) }
        }
        self.init(path: path, folder: RecipePaths.folder(of: path), parsed: parsed)
    }

    /// A recipe that is not in a file, such as one in a test.
    init(text: String, path: String, folder: String, isYAML: Bool = false) {
        self.init(
            path: path, folder: folder, parsed: isYAML ? YAMLReader.read(text) : LocatedJSON.parse(text))
    }

    private init(path: String, folder: String, parsed: (value: LocatedJSON?, errors: [JSONSyntaxError])) {
        self.path = path
        self.folder = folder
        node = parsed.value.map { RecipeNode($0) }
        syntaxErrors = parsed.errors
    }
}

/// How the paths in a recipe are understood.
enum RecipePaths {
    /// The folder of a file, absolute and with links resolved.
    static func folder(of file: String) -> String {
        let folder = file.lastIndex(of: "/").map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
        return real(folder) ?? absolute(folder, from: workingFolder)
    }

    static var workingFolder: String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    /// The path without `.` and `..` where that means the same file, else with them.
    static func absolute(_ path: String, from folder: String) -> String {
        let joined = path.hasPrefix("/") ? path : folder + "/" + path
        let simple = simplified(joined)
        guard let target = real(joined) else { return simple }
        return real(simple) == target ? simple : joined
    }

    private static func simplified(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    enum FileKind { case file, folder, other }

    static func kind(of path: String) -> FileKind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// The names in a folder, sorted; none where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
