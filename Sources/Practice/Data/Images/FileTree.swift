import Glibc
import Tensors

/// Folders, listed in the order of their names' bytes, so that no file system's own order reaches a result.
enum FileTree {
    private static let maximumDepth = 16

    struct Entry {
        let name: String
        let path: String
        let isFolder: Bool
    }

    /// What a folder holds, without hidden files.
    static func entries(of folder: String) throws -> [Entry] {
        guard let directory = opendir(folder) else { throw SystemError(operation: "open", path: folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") && name != "Thumbs.db" { names.append(name) }
        }
        return try names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
            let path = join(folder, name)
            return Entry(name: name, path: path, isFolder: try isFolder(path))
        }
    }

    /// All files below a folder, depth first; paths relative to it.
    static func files(below folder: String, depth: Int = 0) throws -> [String] {
        guard depth <= maximumDepth else {
            throw SystemError(
                operation: "read", path: folder, reason: "folders lie more than \(maximumDepth) deep in each other")
        }
        return try entries(of: folder).flatMap { entry in
            guard entry.isFolder else { return [entry.name] }
            return try files(below: entry.path, depth: depth + 1).map { join(entry.name, $0) }
        }
    }

    static func isFolder(_ path: String) throws -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError(operation: "read", path: path) }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
