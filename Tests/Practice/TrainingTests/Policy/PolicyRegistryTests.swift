import Layers
import Tensors
import Testing

@testable import Training

@Suite struct PolicyRegistryTests {
    private func registry() throws -> LayerRegistry {
        let model = try Model.sequential(
            name: "tiny", generation: .keras3, input: [4], inputName: "input",
            layers: [
                LayerSpecification(className: "Dense", name: "first", config: ["units": 3, "trainable": false]),
                LayerSpecification(className: "BatchNormalization", name: "norm", config: [:]),
                LayerSpecification(className: "Dropout", name: "dropout", config: ["rate": 0.5]),
                LayerSpecification(className: "Dense", name: "second", config: ["units": 2]),
            ])
        return try LayerRegistry(model)
    }

    @Test func aModelsTensorsComeWithTheirRolesDepthsAndFlags() throws {
        let tensors = try registry().policyTensors
        #expect(tensors.filter { $0.role == .statistic }.map(\.path) == ["norm.moving_mean", "norm.moving_variance"])
        #expect(Set(tensors.filter { $0.depth == 1 }.map(\.layer)) == ["first", "norm"])
        #expect(tensors.filter { !$0.storedTrainable }.map(\.layer) == ["first", "first"])
        #expect(tensors.reduce(0) { $0 + $1.count } == 15 + 12 + 8)
    }

    @Test func aResolutionArrangesAStore() throws {
        let registry = try registry()
        let resolution = try PolicyResolution(
            rules: [PolicyRule(.set, "second", options: PolicyOptions(multiplier: 3))], registry: registry,
            rates: PolicyRates(base: 0.1, weightDecay: 0.01))
        let store = ParameterStore(registry.parameters)
        store.arrange(trainable: resolution.optimizedPaths, moving: resolution.movingPaths)
        #expect(store.trainable.map(\.path) == ["norm.beta", "norm.gamma", "second.bias", "second.kernel"])
        #expect(store.moving.map(\.path) == ["norm.moving_mean", "norm.moving_variance"])
        #expect(store.frozen.map(\.path) == ["first.bias", "first.kernel"])
        let policies = resolution.policies(for: store.trainable)
        #expect(policies.map(\.weightDecay) == [0, 0, 0, 0.01])
        #expect(zip(policies.map(\.multiplier), [1, 1, 3, 3]).allSatisfy { abs($0 - $1) < 1e-12 })
        let optimizer = Optimizer(OptimizerConfiguration(.adamw), layout: store.trainable.map(TensorSlot.init))
        #expect(optimizer.slotBytes == 2 * store.trainableExtent * 4)
    }

    @Test func aLayerWithoutParametersIsSaidToHaveNone() throws {
        let error = #expect(throws: PolicyError.self) {
            try PolicyResolution(
                rules: [PolicyRule(.freeze, "dropout")], registry: registry(), rates: PolicyRates(base: 0.1))
        }
        #expect(error?.problems.first?.kind == .noParameters(selector: "dropout", layer: "dropout"))
    }
}
