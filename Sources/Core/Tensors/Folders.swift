import Glibc

/// Makes `path` and the folders above it. Says whether `path` itself is new.
/// - Parameter mode: of the folders that are made.
/// - Throws: `SystemError` naming the folder that could not be made.
@discardableResult
package func makeFolder(_ path: String, mode: mode_t = 0o755) throws -> Bool {
    if mkdir(path, mode) == 0 { return true }
    switch errno {
    case EEXIST:
        guard isFolder(path) else {
            throw SystemError(operation: "make the folder", path: path, reason: "a file of that name is in the way")
        }
        return false
    case ENOENT:
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { break }
        try makeFolder(String(path[..<slash]), mode: mode)
        if mkdir(path, mode) == 0 { return true }
    default: break
    }
    throw SystemError(operation: "make the folder", path: path)
}

package func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
