import Checkpoints
import Glibc
import JSON
import Layers
import OrderedCollections
import Tensors
import Training

/// A training's state as it is kept to go back to: in memory, and past a bound in a file. Arrays that a phase did not
/// change are those of the state before, and take nothing.
final class StoredState {
    private var inMemory: TrainingState?
    /// Without its ending, and the SHA-256 of the tensors in it.
    private var file: (name: String, hash: String)?
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

    var isInMemory: Bool { inMemory != nil }

    /// The state, read back where it lies in a file.
    /// - Throws: what reading the file throws.
    func value() throws -> TrainingState {
        if let inMemory { return inMemory }
        guard let file else { preconditionFailure("a state that is nowhere") }
        return try StateReading(
            json: try JSON(parsing: Text.read(file.name + ".json")), path: file.name + ".safetensors", hash: file.hash
        ).state()
    }

    /// Moves it to a file.
    /// - Throws: `SystemError`; it is then still in memory.
    func spill(to path: String) throws {
        guard let state = inMemory else { return }
        let coded = CodedState(state)
        let hash = try coded.write(to: path + ".safetensors")
        try AtomicFile.write(coded.json.serialized(), to: path + ".json")
        file = (path, hash)
        inMemory = nil
    }

    deinit {
        guard let file else { return }
        unlink(file.name + ".safetensors")
        unlink(file.name + ".json")
    }
}
