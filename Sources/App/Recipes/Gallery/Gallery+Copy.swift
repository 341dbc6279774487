import Tensors
import JSON

extension Gallery {
    /// Copies a recipe, its formatting included, so that it works from its new place: relative paths of what it reads
    /// become absolute, and its runs go beside it.
    ///
    /// - Parameters:
    ///   - destination: a file, or a folder that gets a file of the recipe's name.
    ///   - replaces: whether a file that is there is replaced.
    /// - Returns: the path of the copy.
    /// - Throws: `GalleryError`, `SystemError`.
    package func copy(_ name: String, to destination: String?, replaces: Bool = false) throws -> String {
        let entry = try entry(name)
        var target = destination ?? "."
        if target.hasSuffix("/") || RecipePaths.kind(of: target) == .folder {
            target = (target.hasSuffix("/") ? target : target + "/") + entry.name + ".json"
            if target.hasPrefix("./") { target.removeFirst(2) }
        }
        guard replaces || RecipePaths.kind(of: target) == nil else { throw GalleryError.exists(target) }
        try AtomicFile.write(Gallery.relocated(entry.path), to: target)
        return target
    }

    /// The text of a recipe with its relative paths made independent of its place.
    private static func relocated(_ path: String) throws -> String {
        let file = try RecipeFile(path: path)
        let (_, fields) = RecipeReader(checksFiles: false).resolve(file, [])
        var lines = try Text.read(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for path in fields.paths where !path.written.hasPrefix("/") {
            guard let location = path.origin.location, lines.indices.contains(location.line - 1) else { continue }
            let old = JSON.string(path.written).serialized()
            let isOutput = if case .output = path.use { true } else { false }
            let new = JSON.string(isOutput ? "runs" : path.absolute).serialized()
            let line = lines[location.line - 1]
            guard let range = line.firstRange(of: old) else { continue }
            lines[location.line - 1] = line.replacingCharacters(in: range, with: new)
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
