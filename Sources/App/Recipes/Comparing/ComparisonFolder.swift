import JSON
import OrderedCollections
import Tensors
import Tracking

/// The folder of a comparison, held by this process: `comparison.json`, `comparison-timing.json`, and a folder of runs for
/// each arm.
struct ComparisonFolder {
    let path: String
    /// Nobody else goes on in it meanwhile.
    private let lock: RunDirectory

    /// - Parameter path: absent, empty, or that of a comparison.
    /// - Throws: `UsageError` where it holds something else; `RunDirectoryError` where it is in use; `SystemError`.
    init(_ path: String) throws {
        self.path = path
        let occupants = RecipePaths.names(in: path).filter { !$0.hasPrefix(".") }
        if let first = occupants.first, !occupants.contains(Comparison.fileName) {
            let content = occupants.contains("run.json") ? "holds a run" : "is not empty (it holds \(first))"
            throw UsageError("the folder \(path) \(content) and no comparison: name another with -o")
        }
        try makeFolder(path)
        lock = try RunDirectory(locking: path)
        lock.removePartialFiles()
    }

    /// Whether a comparison was begun in a folder.
    static func holdsComparison(_ path: String) -> Bool {
        RecipePaths.kind(of: path + "/" + Comparison.fileName) == .file
    }

    /// What was settled, and what came of it so far; nil where nothing was begun.
    /// - Throws: what makes `comparison.json` unreadable.
    func comparison() throws -> Comparison? {
        ComparisonFolder.holdsComparison(path) ? try Comparison(readingFolder: path) : nil
    }

    /// - Throws: `SystemError`.
    func save(_ comparison: Comparison) throws {
        try AtomicFile.write(comparison.json.serialized(pretty: true), to: path + "/" + Comparison.fileName)
    }

    /// - Throws: `SystemError`.
    func save(timing: JSON) throws {
        try AtomicFile.write(timing.serialized(pretty: true), to: path + "/" + Comparison.timingFileName)
    }

    /// Writes the recipe that all runs of an arm share.
    /// - Throws: `SystemError`.
    func write(_ arm: Comparison.Arm) throws {
        try makeFolder(path + "/" + arm.name)
        try AtomicFile.write(arm.recipe.serialized(pretty: true), to: recipe(of: arm))
    }

    func recipe(of arm: Comparison.Arm) -> String { path + "/" + arm.name + "/recipe.json" }
}
