import JSON
import Layers
import OrderedCollections
import Testing

@testable import Keras

/// The words that only one Keras knows.
@Suite struct KerasTermsTests {
    @Test func neutralWordsAreLeftOut() {
        let settings: JSON = [
            "units": 3, "time_major": false, "zero_output_for_mask": false, "seed": 7, "rng_type": "x",
        ]
        let shared = KerasTerms.shared(settings, of: "LSTM", generation: .keras2)
        #expect(JSON.object(shared.settings) == ["units": 3])
        #expect(shared.onlyKeras2.isEmpty && shared.onlyKeras3.isEmpty)
        let newer = KerasTerms.keras3(settings, of: "LSTM")
        #expect(JSON.object(newer.settings) == ["units": 3, "zero_output_for_mask": false, "seed": 7])
    }

    @Test func wordsThatMatterAreKeptAndNamed() {
        let shared = KerasTerms.shared(["time_major": true, "groups": 2], of: "GRU", generation: .keras2)
        #expect(shared.onlyKeras2 == ["time_major"])
        #expect(shared.settings["time_major"] == true && shared.settings["groups"] == 2)
        #expect(KerasTerms.shared(["groups": 1], of: "Conv2D", generation: .keras2).settings["groups"] == 1)
        #expect(KerasTerms.shared(["groups": 1], of: "DepthwiseConv2D", generation: .keras2).settings.isEmpty)
        let resizing = KerasTerms.shared(["antialias": true], of: "Resizing", generation: .keras3)
        #expect(resizing.onlyKeras3 == ["antialias"])
    }

    @Test func slopesHaveTwoNames() {
        #expect(KerasTerms.keras3(["alpha": 0.1], of: "LeakyReLU").settings == ["negative_slope": 0.1])
        #expect(
            KerasTerms.shared(["negative_slope": 0.1], of: "LeakyReLU", generation: .keras3).settings == ["alpha": 0.1])
        #expect(KerasTerms.keras3(["alpha": 0.1], of: "ELU").settings == ["alpha": 0.1])
    }

    // MARK: Calls

    private func entry(_ className: String) throws -> Model.Entry {
        let specification = LayerSpecification(className: "Flatten", name: "l")
        var entry = Model.Entry(
            specification: specification, content: .layer(try LayerCatalog.make(specification, generation: .keras2)),
            calls: [])
        entry.specification.className = className
        return entry
    }

    private func place(_ reference: TensorReference) -> [JSON] {
        [.string(reference.layer), .integer(reference.call), .integer(reference.output)]
    }

    @Test func tensorsByKeyword() throws {
        let (x, y) = (TensorReference(layer: "x"), TensorReference(layer: "y"))
        let call = LayerCall([x, y], keywords: [nil, "value"], settings: ["use_causal_mask": true])
        let notation = CallNotation(call, of: try entry("MultiHeadAttention"))
        #expect(notation.needsKeras3)
        #expect(notation.keras2(place) == [["x", 0, 0, ["use_causal_mask": true, "value": ["y", 0, 0]]]])
        let written = notation.keras3(place) { _ in [nil, 2] }
        func tensor(_ name: String) -> JSON {
            [
                "class_name": "__keras_tensor__",
                "config": ["shape": [nil, 2], "dtype": "float32", "keras_history": [.string(name), 0, 0]],
            ]
        }
        #expect(written["args"] == [tensor("x")])
        #expect(written["kwargs"] == ["value": tensor("y"), "use_causal_mask": true])
        // By position the same.
        let positional = CallNotation(LayerCall([x, y]), of: try entry("MultiHeadAttention"))
        #expect(positional.keywords == ["value": [y]])
    }

    @Test func statesToBeginWith() throws {
        let references = ["x", "h", "c"].map { TensorReference(layer: $0) }
        for call in [
            LayerCall(references), LayerCall(references, keywords: [nil, "initial_state", "initial_state"]),
        ] {
            let notation = CallNotation(call, of: try entry("LSTM"))
            #expect(notation.keras2(place) == [["x", 0, 0, [:]], ["h", 0, 0, [:]], ["c", 0, 0, [:]]])
            let written = notation.keras3(place) { _ in [] }
            #expect(written["args"]?.array?.count == 1)
            #expect(written["kwargs"]?["initial_state"]?.array?.count == 2)
        }
    }

    @Test func listsStayLists() throws {
        let references = ["x", "y"].map { TensorReference(layer: $0) }
        let notation = CallNotation(LayerCall(references), of: try entry("Add"))
        #expect(!notation.needsKeras3)
        #expect(notation.keras2(place) == [["x", 0, 0, [:]], ["y", 0, 0, [:]]])
        #expect(notation.keras3(place) { _ in [] }["args"]?[0]?.array?.count == 2)
    }
}
