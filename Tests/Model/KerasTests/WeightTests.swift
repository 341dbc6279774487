import Checkpoints
import JSON
import Layers
import Tensors
import Testing

@testable import Keras

@Suite struct WeightTests {
    private func ramp(_ shape: Shape, from start: Float = 0) -> Tensor {
        Tensor(shape: shape, values: (0..<shape.count).map { start + Float($0) })
    }

    private func load(
        _ config: JSON, _ layers: [(String, [(String, Tensor)])], byPosition: Bool = false,
        fresh: (ParameterPath) -> Bool = { _ in false }
    ) throws -> (Ledger, ParameterStore) {
        try withTemporaryFolder { folder in
            try writeFile([], layers: layers, to: folder + "/w.h5")
            let store = ParameterStore(try LayerRegistry(try KerasModel.architecture(json: config)).parameters)
            let weights = try KerasWeights(try Checkpoint(path: folder + "/w.h5"))
            return (try weights.load(into: store, fresh: fresh, byPosition: byPosition), store)
        }
    }

    private let two = sequential(layer("Dense", "one", ["units": 4]), layer("Dense", "two", ["units": 4]))

    @Test func namesDecideAndNotTheOrderOfTheFile() throws {
        let (ledger, store) = try load(
            two,
            [
                ("two", [("two/bias:0", ramp([4], from: 50)), ("two/kernel:0", ramp([4, 4], from: 60))]),
                ("one", [("one/kernel:0", ramp([4, 4])), ("one/bias:0", ramp([4], from: 20))]),
            ])
        #expect(ledger.summary == "4 loaded")
        #expect(store.tensor("one.kernel") == ramp([4, 4]))
        #expect(store.tensor("two.bias") == ramp([4], from: 50))
    }

    @Test func keras3NamesAreTheSameTensors() throws {
        let (ledger, store) = try load(
            sequential(layer("DepthwiseConv2D", "d", ["kernel_size": 2]), input: [nil, 4, 4, 3]),
            [("d", [("test/d/kernel", ramp([2, 2, 3, 1])), ("test/d/bias", ramp([3]))])])
        #expect(ledger.summary == "1 loaded, 1 renamed")
        #expect(store.tensor("d.depthwise_kernel") == ramp([2, 2, 3, 1]))
    }

    @Test func aDepthwiseKernelMayBeStoredAsAGroupedOne() throws {
        let (ledger, store) = try load(
            sequential(layer("DepthwiseConv2D", "d", ["kernel_size": 2, "use_bias": false]), input: [nil, 4, 4, 3]),
            [("d", [("d/depthwise_kernel:0", ramp([2, 2, 1, 3]))])])
        #expect(ledger.summary == "1 reshaped")
        #expect(store.tensor("d.depthwise_kernel").values == ramp([2, 2, 3, 1]).values)
    }

    @Test func aShapeThatDoesNotFitNamesBothSides() throws {
        let text = message {
            try load(two, [("one", [("one/kernel:0", ramp([4, 5])), ("one/bias:0", ramp([4]))])])
        }
        #expect(
            text?.hasSuffix("\"one/kernel:0\" has a shape of (4, 5), and one.kernel takes (4, 4)") == true,
            "\(text ?? "")")
    }

    @Test func whatIsMissingIsFreshAndWhatIsLeftIsUnused() throws {
        let (ledger, store) = try load(
            two,
            [
                ("one", [("one/kernel:0", ramp([4, 4])), ("one/bias:0", ramp([4]))]),
                ("old", [("old/bias:0", ramp([9]))]),
            ])
        #expect(ledger.summary == "2 loaded, 2 fresh, 1 unused")
        #expect(store.tensor("two.kernel") == Tensor(zeros: [4, 4]))
        #expect(ledger.entries.last == .init(.unused, stored: "old/bias:0", storedShape: [9]))
    }

    @Test func aNewHeadTakesNothingWhateverItsName() throws {
        let stored = [("one", [("one/kernel:0", ramp([4, 7])), ("one/bias:0", ramp([7]))])]
        let (ledger, _) = try load(two, stored, fresh: { $0.description.hasPrefix("one.") })
        #expect(ledger.summary == "4 fresh, 2 unused")
        #expect(ledger.entries[0].reason == "new" && ledger.entries[2].reason == "not in the file")
    }

    @Test func otherLayerNamesPairByPositionOnlyWhenAsked() throws {
        let stored = [
            ("a", [("a/kernel:0", ramp([4, 4])), ("a/bias:0", ramp([4]))]),
            ("b", [("b/kernel:0", ramp([4, 4], from: 30)), ("b/bias:0", ramp([4], from: 50))]),
        ]
        #expect(try load(two, stored).0.summary == "4 fresh, 4 unused")
        let (ledger, store) = try load(two, stored, byPosition: true)
        #expect(ledger.summary == "4 renamed")
        #expect(store.tensor("two.kernel") == ramp([4, 4], from: 30))
    }

    @Test func positionNeverCrossesKinds() throws {
        let square = sequential(layer("BatchNormalization", "bn"), input: [nil, 3])
        let (ledger, store) = try load(
            square,
            [
                (
                    "bn",
                    [
                        ("x_1/moving_variance:0", ramp([3], from: 1)), ("x_2/beta:0", ramp([3], from: 2)),
                        ("x_3/gamma:0", ramp([3], from: 3)), ("x_4/moving_mean:0", ramp([3], from: 4)),
                    ]
                )
            ])
        #expect(ledger.summary == "4 loaded")
        #expect(store.tensor("bn.gamma") == ramp([3], from: 3))
        #expect(store.tensor("bn.moving_variance") == ramp([3], from: 1))
    }

    /// What Keras itself gets wrong: a partly frozen base stores its frozen layers' weights last.
    @Test func freezingDoesNotSwapLayers() throws {
        let model = try LoadedModel(fixture("nested/frozen_base.tfk2.h5"))
        let file = try Checkpoint(path: fixture("nested/frozen_base.tfk2.h5"))
        for layer in ["a", "b"] {
            let stored = try file.tensor("model_weights/base/\(layer)/kernel:0").read()
            #expect(model.store.tensor(ParameterPath("base.\(layer).kernel")) == stored)
        }
    }

    @Test func plainArraysLoadByNameOrInOrder() throws {
        let model = try KerasModel.architecture(json: sequential(layer("Dense", "one", ["units": 2])))
        try withTemporaryFolder { folder in
            try NPYWriter.write(ramp([4, 2]), to: folder + "/W.npy")
            try NPYWriter.write(ramp([2], from: 9), to: folder + "/b.npy")
            try NPZWriter.write(["one/bias": ramp([2]), "other": ramp([1])], to: folder + "/w.npz")
            let store = ParameterStore(try LayerRegistry(model).parameters)
            let files = try ["W", "b"].map { try Checkpoint(path: "\(folder)/\($0).npy") }
            #expect(try PlainWeights(files: files).load(into: store).summary == "2 renamed")
            #expect(store.tensor("one.bias").values == [9, 10])
            let named = try PlainWeights(try Checkpoint(path: folder + "/w.npz")).load(into: store)
            #expect(named.summary == "1 loaded, 1 fresh, 1 unused")
            #expect(store.tensor("one.bias").values == [0, 1])
            let swapped = message { try PlainWeights(files: files.reversed()).load(into: store) }
            #expect(swapped?.contains("\"b.npy\" has a shape of (2,), and one.kernel takes (4, 2)") == true)
        }
    }

    @Test func filesWithoutAnArchitectureOrWeightsSaySo() throws {
        try withTemporaryFolder { folder in
            try HDF5Writer.write(HDF5Group(), to: folder + "/none.h5")
            let none = try Checkpoint(path: folder + "/none.h5")
            #expect(message { try KerasModel.open(none) }?.contains("holds no architecture") == true)
            #expect(message { try KerasWeights(none) }?.contains("holds no weights in Keras' layout") == true)
            try writeFile([("model_config", "{}"), ("keras_version", "0.3.1")], to: folder + "/old.h5")
            let old = try Checkpoint(path: folder + "/old.h5")
            #expect(message { try KerasModel.open(old) }?.contains("was written by Keras 0.3.1") == true)
        }
    }

    @Test func trainingConfigurationAndOptimizerStateAreCounted() throws {
        let loss: JSON = [
            "loss": ["class_name": "Huber", "config": ["name": "huber_loss"]],
            "optimizer_config": ["class_name": "Custom>AdamW", "config": ["learning_rate": 0.5]],
        ]
        let training = TrainingConfiguration(loss)
        #expect(training.lossName == "huber_loss" && training.optimizer == "AdamW")
        #expect(training.optimizerSettings["learning_rate"] == 0.5)
        try withTemporaryFolder { folder in
            let dense = (
                "d", [("d/kernel:0", ramp([4, 1])), ("d/bias:0", ramp([1]))]
            )
            let config = sequential(layer("Dense", "d", ["units": 1])).serialized()
            let attributes = [
                ("model_config", config), ("keras_version", "2.9.0"), ("training_config", loss.serialized()),
            ]
            try writeFile(attributes, layers: [dense], to: folder + "/m.h5")
            let model = try KerasModel.open(try Checkpoint(path: folder + "/m.h5"))
            #expect(model.training?.optimizer == "AdamW" && model.optimizerTensorCount == 0)
            #expect(model.kerasVersion == "2.9.0")
        }
    }
}
