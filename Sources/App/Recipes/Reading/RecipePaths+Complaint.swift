import JSON

extension RecipePaths {
    /// What is wrong with a path that should exist, or nil.
    static func complaint(about path: String, written: String, use: RecipeKind.PathUse) -> String? {
        switch (use, kind(of: path)) {
        case (.output, .folder), (.output, nil), (.file, .file), (.folder, .folder): return nil
        case (.fileOrFolder, .file), (.fileOrFolder, .folder): return nil
        case (.output, _): return "\(path) is a file; expected a folder, or a path where one can be made"
        case (.file, .folder): return "\(path) is a folder; expected a file"
        case (.folder, .file): return "\(path) is a file; expected a folder"
        case (_, .other): return "\(path) is neither a file nor a folder"
        case (_, nil): return "there is no \(use.noun) \(path)" + hint(path, written: written)
        }
    }

    private static func hint(_ path: String, written: String) -> String {
        let parts = path.split(separator: "/")
        if parts.count > 3, parts.prefix(3).elementsEqual(["usr", "share", "datasets"]) {
            let package = "dataset-\(parts[3])"
            return "; Debian's package \(package) brings it: sudo apt install \(package)"
        }
        guard let slash = path.lastIndex(of: "/") else { return "" }
        let folder = String(path[..<slash])
        guard folder.isEmpty || kind(of: folder) == .folder else {
            return "; the folder \(folder) does not exist either"
        }
        let name = String(path[path.index(after: slash)...])
        if let near = nearest(to: name, among: names(in: folder.isEmpty ? "/" : folder), limit: 1).first {
            return "; did you mean \"\(near)\", which is there?"
        }
        return written.hasPrefix("/") ? "" : "; relative paths start at the recipe's own folder"
    }
}

extension RecipeKind.PathUse {
    var noun: String {
        switch self {
        case .file: "file"
        case .folder, .output: "folder"
        case .fileOrFolder: "file or folder"
        }
    }
}
