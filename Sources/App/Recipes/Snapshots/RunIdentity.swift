import Data
import JSON
import OrderedCollections
import Tensors
import Tracking

/// All that a run's bytes depend on, by what it is: hashes of the recipe, the data, the checkpoint and the program, the
/// thread count, CPU features and versions of libraries.
struct RunIdentity: Hashable {
    var parts: OrderedDictionary<String, String>

    /// - Throws: what keeps the data or the program from being read.
    init(_ session: Session, _ environment: Environment) throws {
        parts = try session.hashes()
        parts["program"] = try RunIdentity.program.value()
        parts["threads"] = "\(environment.threads)"
        parts["cpu_features"] = environment.cpuFeatures.joined(separator: " ")
        for (name, version) in environment.versions { parts["version." + name] = version }
    }

    init(_ parts: OrderedDictionary<String, String>) { self.parts = parts }

    var threads: Int? { parts["threads"].flatMap { Int($0) } }

    /// What differs in `other`, a sentence's parts: `the data set data.train`, `the thread count (2 then, 4 now)`.
    func changes(in other: RunIdentity) -> [String] {
        var names: OrderedSet<String> = OrderedSet(parts.keys)
        names.formUnion(other.parts.keys)
        return names.filter { parts[$0] != other.parts[$0] }.map { name in
            let (then, now) = (parts[name] ?? "none", other.parts[name] ?? "none")
            return switch name {
            case "recipe": "the recipe (recipe.json in the run's folder)"
            case "checkpoint": "the checkpoint"
            case "program": "the program itself"
            case "threads": "the thread count (\(then) then, \(now) now)"
            case "cpu_features": "the CPU's features (\(RunIdentity.difference(then, now)))"
            case _ where name.hasPrefix("version."): "\(name.dropFirst(8)) (\(then) then, \(now) now)"
            default: "the data set \(name)"
            }
        }
    }

    private static func difference(_ then: String, _ now: String) -> String {
        let (old, new) = (Set(then.split(separator: " ")), Set(now.split(separator: " ")))
        let lost = old.subtracting(new).sorted().map { "without \($0)" }
        return (lost + new.subtracting(old).sorted().map { "with \($0)" }).joined(separator: ", ") + " now"
    }

    /// SHA-256 of the running program, which stays what it is.
    private static let program = BackgroundTask { try MappedFile(path: "/proc/self/exe").hash }

    /// Waits for it where need be.
    /// - Throws: `SystemError`.
    static func programHash() throws -> String { try program.value() }

    /// Begins to hash the program, beside everything else.
    static func beginHashing() { _ = program }
}

/// A run that is not the one its snapshot was taken of.
struct ChangedRunError: Error, CustomStringConvertible {
    let folder: String
    let changes: [String]

    var description: String {
        let list = changes.joined(separator: ", ")
        return "cannot go on exactly in \(folder): changed since the snapshot: \(list); undo that, "
            + "or accept other bytes with --allow-changes"
    }
}
