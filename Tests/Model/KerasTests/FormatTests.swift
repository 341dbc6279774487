import Checkpoints
import Foundation
import JSON
import Layers
import Tensors
import Testing

@testable import Keras

/// The same models in every container and dialect there is (`Fixtures/make_formats.py`), against what Keras predicts.
@Suite struct FormatTests {
    /// Loaded from one file, or from an architecture and weights apart.
    private func check(_ file: String, weights: String? = nil, golden name: String, unused: Int = 0) throws {
        let golden = try Checkpoint(path: fixture("formats/\(name).npz"))
        let path = fixture("formats/" + file)
        let model: Model
        let store: ParameterStore
        let ledger: Ledger
        if let weights {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            model = try KerasModel.architecture(json: try JSON(parsing: text, allowingNonFinite: true))
            store = ParameterStore(try LayerRegistry(model).parameters)
            let files = [try Checkpoint(path: fixture("formats/" + weights))]
            ledger = try SeparateWeights.load(files, into: store, of: model)
        } else {
            let loaded = try LoadedModel(path)
            (model, store, ledger) = (loaded.keras.model, loaded.store, loaded.ledger)
        }
        #expect(ledger.count(of: .fresh) == 0, "\(ledger.table())")
        let left = ledger.entries.filter { $0.outcome == .unused && $0.reason != "the state of a random generator" }
        #expect(left.isEmpty, "\(ledger.table())")
        let outputs = try runInference(model, store, numbered("x", golden))
        let expected = numbered("y", golden)
        #expect(outputs.count == expected.count && !outputs.isEmpty)
        for (found, wanted) in zip(outputs, expected) { #expect(distance(found, wanted) < 1e-5) }
    }

    static let models = ["chain", "nested", "sequence", "functions"].flatMap { name in
        ["keras3", "tfk2"].map { "\(name).\($0)" }
    }

    @Test(arguments: models) func archivesOpen(model: String) throws {
        try check(model + ".keras", golden: model)
        let checkpoint = try Checkpoint(path: fixture("formats/\(model).keras"))
        #expect(checkpoint.format == .keras)
        #expect(checkpoint.attribute("keras_version")?.string?.hasPrefix(model.hasSuffix("3") ? "3." : "2.") == true)
    }

    @Test(arguments: models) func weightsGoToAnArchitecture(model: String) throws {
        try check(model + ".json", weights: model + ".weights.h5", golden: model)
        try check(model + ".json", weights: model + ".keras", golden: model)
    }

    @Test(arguments: ["chain.keras3", "chain.tfk2"]) func wholeFilesAndListsAreWeightsToo(model: String) throws {
        try check(model + ".h5", golden: model)
        try check(model + ".json", weights: model + ".h5", golden: model)
        try check(model + ".json", weights: model + ".list.npz", golden: model)
    }

    /// Chunks, gzip and shuffle, parts of attributes, other types: the values decide, not how they lie.
    @Test(arguments: [
        ("packed", "chain.tfk2"), ("split_attributes", "chain.tfk2"), ("float64", "chain.tfk2"),
        ("big_endian", "chain.tfk2"), ("float16", "float16"), ("int8", "int8"), ("bfloat16", "bfloat16"),
        ("bfloat16_unmarked", "bfloat16"),
    ])
    func storageChangesNothing(file: String, golden: String) throws { try check(file + ".h5", golden: golden) }

    @Test(arguments: ["tf_tensorflow", "tf_theano", "th_tensorflow", "th_theano"])
    func keras1IsRight(kind: String) throws {
        try check("keras1_\(kind).h5", golden: "keras1_\(kind)")
        let model = try LoadedModel(fixture("formats/keras1_\(kind).h5"))
        let entries = Dictionary(
            uniqueKeysWithValues: model.ledger.entries.compactMap { entry in entry.path.map { ($0, entry) } })
        #expect(entries["norm.moving_variance"]?.stored?.hasPrefix("norm_running_std") == true)
        #expect(entries["norm.moving_variance"]?.reason == "Keras 1's name for it")
        let gates = try #require(entries["lstm.kernel"])
        #expect(gates.outcome == .reshaped && gates.reason == "the gates i, f, c, o joined")
        let kernel = try #require(entries["conv.kernel"])
        #expect(kernel.reason.contains("Theano") == kind.hasSuffix("theano"))
        #expect(kernel.reason.contains("order of dimensions") == kind.hasPrefix("th_"))
    }

    @Test func cuDNNLayoutsAreConverted() throws {
        try check("cudnn.h5", golden: "cudnn")
        let ledger = try LoadedModel(fixture("formats/cudnn.h5")).ledger
        #expect(ledger.summary == "6 reshaped")
        #expect(ledger.entries.allSatisfy { $0.reason == "converted from cuDNN's layout" })
    }

    // MARK: Archives that are not to be believed

    private func archive(_ entries: [(String, [UInt8])], _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.keras"
            let images = entries.map { (name: $0.0, content: FileImage($0.1)) }
            try ZipWriter.image(images, label: path).write(to: path)
            try body(path)
        }
    }

    @Test func archivesThatPlayTricksAreRefused() throws {
        let weights = Array(try Data(contentsOf: fixtureURL("formats/chain.keras3.weights.h5")))
        let config = Array("{}".utf8)
        func text(_ entries: [(String, [UInt8])]) throws -> String {
            var found = ""
            try archive(entries) { path in found = message { try Checkpoint(path: path) } ?? "" }
            return found
        }
        let good = [("config.json", config), ("model.weights.h5", weights)]
        #expect(try text(good).isEmpty)
        #expect(try text(good + [("../../etc/passwd", config)]).contains("its name leads out of the archive"))
        #expect(try text(good + [("config.json", config)]).contains("two entries have this name"))
        #expect(try text([("config.json", config), ("model.weights.h5", config)]).contains("model.weights.h5"))
        let split = try text([("config.json", config), ("model.weights.json", config)])
        #expect(split.contains("its weights are not in one HDF5 file"))
        #expect(try text([("config.json", config)]).contains("a zip archive that holds"))
    }

    @Test func filesOfLayersAreListedAndNotRead() throws {
        let weights = Array(try Data(contentsOf: fixtureURL("formats/chain.keras3.weights.h5")))
        let entries = [
            ("config.json", Array("{}".utf8)), ("model.weights.h5", weights),
            ("assets/layers/text/vocabulary.txt", Array("a b".utf8)),
        ]
        try archive(entries) { path in
            let skipped = try Checkpoint(path: path).skipped
            #expect(skipped.map(\.name) == ["assets/layers/text/vocabulary.txt"])
        }
    }

    private func fixtureURL(_ name: String) -> URL { URL(fileURLWithPath: fixture(name)) }
}
