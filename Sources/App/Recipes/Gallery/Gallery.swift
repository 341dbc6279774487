import Glibc
import JSON
import Tensors

/// The ready recipes that come with the program.
package struct Gallery: Sendable {
    /// A ready recipe.
    package struct Entry: Sendable, Hashable {
        package let name: String
        package let description: String
        package let path: String
    }

    /// The folder that holds them.
    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// The recipes that belong to the running program: beside it, in `../share/finetune/recipes`, or in the repository
    /// that it was built in.
    /// - Throws: `GalleryError.notFound`.
    package static func ofThisProgram() throws -> Gallery {
        guard let program = RecipePaths.real("/proc/self/exe") else { throw GalleryError.notFound(looked: []) }
        return try beside(program: program)
    }

    static func beside(program: String) throws -> Gallery {
        var folder = RecipePaths.folder(of: program)
        var candidates = [
            folder + "/recipes", RecipePaths.absolute("../share/finetune/recipes", from: folder),
        ]
        // A build folder lies inside of its repository.
        while folder != "/", !folder.isEmpty {
            if RecipePaths.kind(of: folder + "/Package.swift") == .file { candidates.append(folder + "/recipes") }
            folder = RecipePaths.folder(of: folder)
        }
        guard let found = candidates.first(where: { RecipePaths.kind(of: $0) == .folder }) else {
            throw GalleryError.notFound(looked: candidates)
        }
        return Gallery(folder: found)
    }

    /// The recipes by name. One that cannot be read is listed without a description.
    package func entries() -> [Entry] {
        let entries = RecipePaths.names(in: folder).filter { $0.hasSuffix(".json") }.map { name in
            let path = folder + "/" + name
            let node = try? RecipeFile(path: path).node
            return Entry(
                name: RecipeReader.baseName(name), description: node?["description"]?.scalar?.string ?? "", path: path)
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// The recipe of a name, with or without `.json`.
    /// - Throws: `GalleryError.unknown` with the nearest names.
    package func entry(_ name: String) throws -> Entry {
        let entries = entries()
        guard let entry = entries.first(where: { $0.name == name || $0.name + ".json" == name }) else {
            throw GalleryError.unknown(name, known: entries.map(\.name))
        }
        return entry
    }
}

/// A ready recipe that cannot be had.
package enum GalleryError: Error, CustomStringConvertible {
    case notFound(looked: [String])
    case unknown(String, known: [String])
    case exists(String)

    package var description: String {
        switch self {
        case .notFound(let looked):
            "the ready recipes are not beside the program; looked in " + looked.joined(separator: ", ")
        case .unknown(let name, let known):
            "there is no ready recipe \"\(name)\"" + didYouMean(name, among: known, known: "there are")
        case .exists(let path): "\(path) exists already; give another name, or --force to replace it"
        }
    }
}
