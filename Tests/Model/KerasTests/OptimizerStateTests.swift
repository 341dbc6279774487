import Checkpoints
import Foundation
import Layers
import Tensors
import Testing

@testable import Keras

/// What optimizers remembered, against their own variables as Keras gave them (`Fixtures/make_formats.py`).
@Suite struct OptimizerStateTests {
    private func state(_ file: String) throws -> KerasOptimizerState {
        let model = try LoadedModel(fixture("formats/" + file))
        return try #require(try model.keras.optimizerState(for: model.store.specs))
    }

    /// Which of Keras' variables is a slot: our name, and what Keras 3 and tf_keras call it.
    private static let slots: [String: [(ours: String, keras: [String])]] = [
        "adam": [("m", ["momentum", "m"]), ("v", ["velocity", "v"])],
        "sgd": [("momentum", ["momentum", "m"])],
        "rmsprop": [("mean_square", ["velocity"])],
        "adagrad": [("accumulator", ["accumulator"])],
        "adadelta": [
            ("accumulated_gradient", ["accumulated_grad"]), ("accumulated_update", ["accumulated_delta_var"]),
        ],
    ]

    @Test(arguments: slots.keys.sorted(), ["keras3.h5", "keras3.keras", "tfk2.h5", "tfk2.keras"])
    func slotsBelongToTheirTensors(optimizer: String, file: String) throws {
        let state = try state("optimizer_\(optimizer).\(file)")
        let dialect = String(file.prefix { $0 != "." })
        let golden = try Checkpoint(path: fixture("formats/optimizer_\(optimizer).\(dialect).npz"))
        #expect(state.optimizer?.lowercased() == optimizer)
        #expect(state.iterations == 4)
        #expect(state.skipped.isEmpty, "\(state.skipped)")
        #expect(state.slots.keys.map(\.description) == ["one.kernel", "one.bias", "two.kernel", "two.bias"])
        for (path, found) in state.slots {
            for (ours, keras) in try #require(OptimizerStateTests.slots[optimizer]) {
                let words = path.description.split(separator: ".").map(String.init)
                let fitting = golden.tensors.filter { name, _ in
                    let parts = name.split { "._".contains($0) }.map(String.init)
                    return words.allSatisfy(parts.contains)
                        && keras.contains { name.contains("." + $0 + ".") || name.hasSuffix("_" + $0) }
                }
                let wanted = try #require(fitting.count == 1 ? fitting.values.first : nil, "\(golden.tensors.keys)")
                #expect(found[ours]?.read() == wanted.read(), "\(path) \(ours)")
            }
        }
    }

    @Test(.enabled(if: hasShared, "../shared is absent"), arguments: SharedModelTests.files)
    func realFilesAreReadOrSkippedWithAReason(file: String) throws {
        let checkpoint = try Checkpoint(path: SharedModelTests.checkpoints + "/" + file)
        guard !KerasOptimizerState.tensors(of: checkpoint).isEmpty, let model = try? KerasModel.open(checkpoint),
            let specs = try? LayerRegistry(model.model).parameters,
            let state = try model.optimizerState(for: specs)
        else { return }
        // All or nothing: Keras 1's recurrent layers had a slot per gate, which are skipped and said.
        #expect(state.slots.isEmpty || state.skipped.isEmpty)
        #expect(
            state.skipped.allSatisfy { $0.reason.contains("tensors that train") || $0.reason.contains("that train") })
        for (path, slots) in state.slots {
            for tensor in slots.values { #expect(tensor.shape == specs[path]?.shape) }
        }
    }
}
