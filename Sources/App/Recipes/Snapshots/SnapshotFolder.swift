import Checkpoints
import Glibc
import JSON
import OrderedCollections
import Tensors
import Training

/// `snapshots/` of a run: two files for each, `step-00000120.safetensors` and `step-00000120.json`. The second is
/// written last and names the first by its hash: without it there is no snapshot.
struct SnapshotFolder {
    static let version = 1
    let path: String

    /// Writes a snapshot and removes those that are no longer kept.
    /// - Throws: `SystemError`; the snapshots before stay.
    func write(_ snapshot: Snapshot) throws {
        try make()
        let name = SnapshotFolder.name(snapshot.state.position.step)
        let coded = CodedState(snapshot.state)
        let tensors = path + "/" + name + ".safetensors"
        let hash = try coded.write(to: tensors)
        let json: JSON = [
            "version": .integer(SnapshotFolder.version), "step": .integer(snapshot.state.position.step),
            "best": .bool(snapshot.isBest), "tensors": .string(hash),
            "identity": .object(snapshot.identity.parts.mapValues(JSON.string)), "logs": snapshot.logs.json,
            "state": coded.json,
        ]
        try AtomicFile.write(json.serialized(pretty: true), to: path + "/" + name + ".json")
        removeOld()
    }

    /// The newest snapshot that is whole, and what is wrong with those after it; nil where none is whole.
    func newest() -> (snapshot: Snapshot?, problems: [String]) {
        var problems: [String] = []
        for step in steps.reversed() {
            do { return (try read(step), problems) } catch {
                problems.append("\(path)/\(SnapshotFolder.name(step)) is passed over: \(error)")
            }
        }
        return (nil, problems)
    }

    private func read(_ step: Int) throws -> Snapshot {
        let name = path + "/" + SnapshotFolder.name(step)
        let json = try JSON(parsing: Text.read(name + ".json"))
        let fields = SnapshotFields(json, "")
        let version = try fields.count("version")
        guard version == SnapshotFolder.version else {
            throw UsageError("it has version \(version), and this program reads \(SnapshotFolder.version)")
        }
        guard let state = json["state"], let identity = json["identity"]?.object else { throw SnapshotDamage("state") }
        return Snapshot(
            identity: RunIdentity(identity.compactMapValues(\.string)), logs: try Snapshot.Logs(fields.object("logs")),
            isBest: fields["best"]?.bool ?? false,
            state: try StateReading(json: state, path: name + ".safetensors", hash: fields.text("tensors")).state())
    }

    /// The last two and the best stay.
    private func removeOld() {
        let all = steps
        var kept = Set(all.suffix(2))
        if let best = all.last(where: { isBest($0) }) { kept.insert(best) }
        let stale = all.filter { !kept.contains($0) }.map { SnapshotFolder.name($0) + ".json" }
        let names = Set(kept.map(SnapshotFolder.name))
        let orphans = RecipePaths.names(in: path).filter { name in
            name.hasSuffix(".safetensors") && !names.contains(String(name.dropLast(".safetensors".count)))
        }
        // The file that makes it a snapshot goes first.
        for name in stale + orphans { unlink(path + "/" + name) }
    }

    private func isBest(_ step: Int) -> Bool {
        let text = try? Text.read(path + "/" + SnapshotFolder.name(step) + ".json")
        return text.flatMap { try? JSON(parsing: $0) }?["best"]?.bool ?? false
    }

    /// The steps of all snapshots that were finished, ascending.
    private var steps: [Int] {
        RecipePaths.names(in: path).compactMap { name in
            guard name.hasPrefix("step-"), name.hasSuffix(".json") else { return nil }
            return Int(name.dropFirst(5).dropLast(5))
        }.sorted()
    }

    private static func name(_ step: Int) -> String {
        let digits = "\(step)"
        return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Makes the folder where there is none.
    /// - Throws: `SystemError`.
    func make() throws {
        if mkdir(path, 0o755) == 0 { return try flushFolder(path + "/..") }
        guard errno == EEXIST else { throw SystemError(operation: "make the folder", path: path) }
    }
}
