import Glibc
import Tensors

/// Makes `path` and the folders above it. Says whether `path` itself is new.
/// - Throws: `SystemError` naming the folder that could not be made.
@discardableResult
func makeFolder(_ path: String) throws -> Bool {
    if mkdir(path, 0o755) == 0 { return true }
    switch errno {
    case EEXIST:
        guard isFolder(path) else {
            throw SystemError(operation: "make the folder", path: path, reason: "a file of that name is in the way")
        }
        return false
    case ENOENT:
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { break }
        try makeFolder(String(path[..<slash]))
        if mkdir(path, 0o755) == 0 { return true }
    default: break
    }
    throw SystemError(operation: "make the folder", path: path)
}

func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// The names in a folder, sorted; nil where it cannot be read.
func folderEntries(_ path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

/// The whole of a text file.
/// - Throws: `SystemError` with the path and the system's reason.
func readText(_ path: String) throws -> String {
    try MappedFile(path: path).text
}
