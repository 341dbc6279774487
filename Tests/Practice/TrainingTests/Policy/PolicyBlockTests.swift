import Layers
import OrderedCollections
import Tensors
import Testing

@testable import Training

/// Blocks with names, and selectors that count layers, blocks and roles.
@Suite struct PolicyBlockTests {
    /// a (with its norm), b, c, d and a new head on top.
    private func registry(_ blocks: OrderedDictionary<String, [String]> = [:]) throws -> LayerRegistry {
        let model = try Model.sequential(
            name: "m", generation: .keras3, input: [4], inputName: "x",
            layers: [
                LayerSpecification(className: "Dense", name: "a", config: ["units": 3]),
                LayerSpecification(className: "BatchNormalization", name: "a_bn"),
                LayerSpecification(className: "Dense", name: "b", config: ["units": 3]),
                LayerSpecification(className: "Dense", name: "c", config: ["units": 3]),
                LayerSpecification(className: "Dense", name: "d", config: ["units": 3]),
                LayerSpecification(className: "Dense", name: "head.dense", config: ["units": 2]),
            ])
        var registry = try LayerRegistry(model)
        registry.grouping = try LayerGrouping(
            blocks: blocks.mapValues { try $0.map { try PathPattern($0) } }, head: ["head.dense"], of: registry)
        return registry
    }

    private func layers(_ selector: String, _ blocks: OrderedDictionary<String, [String]> = [:]) throws -> [String] {
        let tensors = try registry(blocks).policyTensors
        var names: OrderedSet<String> = []
        for index in try PolicySelector(selector).matches(in: tensors) {
            names.append(tensors[index].layer.description)
        }
        return names.elements
    }

    @Test func withoutNamesEveryDepthIsABlock() throws {
        #expect(try registry().policyTensors.allSatisfy { $0.level == $0.depth })
        #expect(try layers("first block") == ["a", "a_bn"] && layers("last block") == ["d"])
        #expect(try layers("last 2 blocks") == ["c", "d"] && layers("first 3 blocks") == ["a", "a_bn", "b", "c"])
        #expect(try layers("last 1") == ["head.dense"] && layers("first 2") == ["a", "a_bn", "b"])
        #expect(try layers("last 9 blocks") == ["a", "a_bn", "b", "c", "d"])
    }

    @Test func namedBlocksStandWhereTheirLastLayerDoes() throws {
        let blocks: OrderedDictionary = ["low": ["a*", "b"], "high": ["d"]]
        let levels = try registry(blocks).policyTensors.reduce(into: [:]) { $0[$1.layer] = $1.level }
        #expect(levels == ["a": 3, "a_bn": 3, "b": 3, "c": 2, "d": 1, "head.dense": 0])
        #expect(try layers("first block", blocks) == ["a", "a_bn", "b"])
        #expect(try layers("last 2 blocks", blocks) == ["c", "d"])
        let resolution = try PolicyResolution(
            rules: [], registry: registry(blocks), rates: PolicyRates(base: 1, byDepth: .layerDecay(0.5)))
        #expect(
            resolution.tensors.filter { $0.tensor.role == .kernel }.map(\.multiplier) == [0.125, 0.125, 0.25, 0.5, 1])
    }

    @Test func rulesSpeakOfBlocksByName() throws {
        let low = PathPattern(named: "low", coveringAll: [try PathPattern("a*"), try PathPattern("b")])
        let tensors = try registry().policyTensors
        for text in ["low", "low.**"] {
            let selector = try PolicySelector(text).naming(["low": low])
            #expect(Set(selector.matches(in: tensors).map { tensors[$0].layer }) == ["a", "a_bn", "b"])
        }
        let until = try PolicySelector("from: low").naming(["low": low])
        #expect(until.matches(in: tensors).count == tensors.count && until.description == "from: low")
        #expect(try PolicySelector("lower").naming(["low": low]) == PolicySelector("lower"))
    }

    @Test func blocksThatAreEmptyOrOverlapAreRefused() throws {
        let empty = #expect(throws: LayerGroupingError.self) { try registry(["low": ["a", "x"]]) }
        #expect("\(empty!)" == "\"x\" of block \"low\" matches no layer with parameters")
        let double = #expect(throws: LayerGroupingError.self) {
            try registry(["low": ["a", "b"], "high": ["b", "c"]])
        }
        #expect("\(double!)" == "the layer b is in the blocks \"low\" and \"high\"; a layer belongs to one")
    }

    @Test func rolesAreWhatTensorsAreFor() throws {
        #expect(try layers("role: norm") == ["a_bn"])
        let tensors = try registry().policyTensors
        let biases = try PolicySelector("role: bias").matches(in: tensors).map { tensors[$0].path.description }
        #expect(biases == ["a.bias", "a_bn.beta", "b.bias", "c.bias", "d.bias", "head.dense.bias"])
        #expect(try layers("role: embedding").isEmpty)
        for text in ["role: scale", "role x"] {
            #expect(throws: PolicyRuleError.unknownRole(text)) { try PolicySelector(text) }
        }
        for text in ["last block", "last 2 blocks", "first 3", "first block", "role: bias"] {
            #expect(try PolicySelector(text).description == text)
        }
        for text in ["last 0 blocks", "first x", "last few blocks"] {
            #expect(throws: PolicyRuleError.lastWithoutCount(text)) { try PolicySelector(text) }
        }
    }

    /// BitFit lets biases of frozen layers train, a norm's offset among them; its statistics stay.
    @Test func aNormWhoseOffsetTrainsStaysInInference() throws {
        let resolution = try PolicyResolution(
            rules: [PolicyRule(.freeze, "**"), PolicyRule(.unfreeze, "role: bias")], registry: registry(),
            rates: PolicyRates(base: 1, weightDecay: 0.1))
        #expect(resolution.batchNormModes["a_bn"] == .inference)
        #expect(resolution.optimizedPaths.contains("a_bn.beta") && resolution.optimizedPaths.count == 6)
        #expect(resolution.tensors.allSatisfy { $0.weightDecay == 0 })
    }
}
