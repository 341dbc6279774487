import Checkpoints
import Glibc
import JSON
import Layers
import OrderedCollections
import Tensors
import Training

/// A training's state as it is kept to go back to: in memory, in files of the session's folder, or in both. Arrays that a
/// phase did not change are those of the state before, and take nothing, neither here nor there.
final class StoredState {
    private var inMemory: TrainingState?
    private(set) var files: StateFiles?
    /// Bytes of arrays that are this state's alone.
    let ownBytes: Int

    /// - Parameters:
    ///   - state: equal arrays of `previous` are taken from there.
    ///   - previous: the state that this one came from.
    init(_ state: TrainingState, after previous: TrainingState?) {
        var state = state
        var bytes = 0
        func share(_ values: inout TensorValues, _ old: TensorValues?) {
            for (path, array) in values {
                if let known = old?[path], known == array { values[path] = known } else { bytes += 4 * array.count }
            }
        }
        share(&state.weights, previous?.weights)
        share(&state.anchors, previous?.anchors)
        if var average = state.memory?.average {
            share(&average, previous?.memory?.average)
            state.memory?.average = average
        }
        for (path, memory) in state.memory?.optimizer.tensors ?? [:] {
            if let known = previous?.memory?.optimizer.tensors[path], known == memory {
                state.memory?.optimizer.tensors[path] = known
            } else {
                bytes += memory.slots.reduce(0) { $0 + 4 * $1.count }
            }
        }
        ownBytes = bytes
        inMemory = state
    }

    /// A state that an earlier process left.
    init(in files: StateFiles) {
        self.files = files
        ownBytes = files.ownBytes
    }

    var isInMemory: Bool { inMemory != nil }

    /// The state, read back where it lies in files.
    /// - Throws: what reading them throws.
    func value() throws -> TrainingState {
        if let inMemory { return inMemory }
        guard let files else { preconditionFailure("a state that is nowhere") }
        let state = try files.state()
        inMemory = state
        return state
    }

    /// Writes it, where that was not done yet.
    /// - Parameters:
    ///   - previous: a state that was written; its arrays are not written again.
    ///   - name: of its files.
    /// - Throws: `SystemError`.
    func write(after previous: StoredState?, to folder: String, as name: String) throws {
        guard files == nil, let state = inMemory else { return }
        let known = try previous.flatMap { previous in
            try previous.files.map { (CodedState(try previous.value()).tensors, $0) }
        }
        files = try StateFiles(writing: CodedState(state), after: known, to: folder, as: name)
    }

    /// Keeps it in its files alone.
    func release() { if files != nil { inMemory = nil } }
}

/// A state in a folder: `NAME.json`, which says in which file each tensor lies, and `NAME.safetensors` with those that no
/// other file has.
struct StateFiles {
    let folder: String
    let name: String
    /// By the tensor's name, the file that has it, without its ending.
    private let places: OrderedDictionary<String, String>
    /// SHA-256 by file.
    private let hashes: OrderedDictionary<String, String>
    /// Of `NAME.safetensors`.
    let ownBytes: Int

    /// The files whose tensors it uses.
    var used: Set<String> { Set(hashes.keys) }

    init(
        writing state: CodedState, after previous: (tensors: OrderedDictionary<String, TensorData>, files: StateFiles)?,
        to folder: String, as name: String
    ) throws {
        var own = state
        var places: OrderedDictionary<String, String> = [:]
        var hashes: OrderedDictionary<String, String> = [:]
        for (tensor, values) in state.tensors {
            places[tensor] = name
            guard let previous, previous.tensors[tensor] == values, let file = previous.files.places[tensor] else {
                continue
            }
            places[tensor] = file
            hashes[file] = previous.files.hashes[file]
            own.tensors[tensor] = nil
        }
        if !own.tensors.isEmpty { hashes[name] = try own.write(to: "\(folder)/\(name).safetensors") }
        (self.folder, self.name, self.places, self.hashes) = (folder, name, places, hashes)
        ownBytes = own.tensors.values.reduce(0) { $0 + 4 * $1.count }
        let json: JSON = [
            "state": state.json, "places": .object(places.mapValues(JSON.string)),
            "hashes": .object(hashes.mapValues(JSON.string)), "bytes": .integer(ownBytes),
        ]
        try AtomicFile.write(json.serialized(), to: "\(folder)/\(name).json")
    }

    /// - Throws: `SystemError`, `SnapshotDamage` for files that are not as they were written.
    init(reading name: String, in folder: String) throws {
        (self.folder, self.name) = (folder, name)
        let json = try StateFiles.json(name, in: folder)
        guard let places = json["places"]?.object, let hashes = json["hashes"]?.object, let bytes = json["bytes"]?.int
        else { throw SnapshotDamage("places") }
        self.places = places.compactMapValues(\.string)
        self.hashes = hashes.compactMapValues(\.string)
        ownBytes = bytes
    }

    private static func json(_ name: String, in folder: String) throws -> JSON {
        try JSON(parsing: Text.read("\(folder)/\(name).json"))
    }

    /// - Throws: `SystemError`, `SnapshotDamage` for files that are not as they were written.
    func state() throws -> TrainingState {
        guard let state = try StateFiles.json(name, in: folder)["state"] else { throw SnapshotDamage("state") }
        let files = try hashes.map { file, hash in
            try (file, StateReading(json: state, path: "\(folder)/\(file).safetensors", hash: hash))
        }
        var tensors: OrderedDictionary<String, StoredTensor> = [:]
        for (file, reading) in files {
            for (tensor, value) in reading.tensors where places[tensor] == file { tensors[tensor] = value }
        }
        guard tensors.count == places.count else { throw SnapshotDamage("places") }
        return try StateReading(json: state, tensors: tensors).state()
    }
}
