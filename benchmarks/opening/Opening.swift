import Checkpoints
import Glibc
import Keras
import Layers

/// Opens a model and copies its weights into a store, as every command does that needs them. Prints the seconds.
@main struct Opening {
    static func main() throws {
        HDF5ReadingMode.serveIfAsked(CommandLine.arguments)
        guard CommandLine.arguments.count == 2 else { fatalError("usage: opening FILE") }
        let began = ContinuousClock.now
        let keras = try KerasModel.open(try Checkpoint(path: CommandLine.arguments[1]))
        let opened = ContinuousClock.now
        let store = ParameterStore(try LayerRegistry(keras.model).parameters)
        let ledger = try keras.load(into: store)
        let done = ContinuousClock.now
        print("seconds \((done - began) / .seconds(1)) opening \((opened - began) / .seconds(1)) \(ledger.summary)")
        // Touches what was loaded, so that nobody can do without it.
        let sum = store.slots.reduce(Float(0)) { $0 + ($1.count > 0 ? store[$1.path][$1.count - 1] : 0) }
        print("check \(sum)")
    }
}
