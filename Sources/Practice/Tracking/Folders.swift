import Glibc
import Tensors

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
