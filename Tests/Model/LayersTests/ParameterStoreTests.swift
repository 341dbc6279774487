import Tensors
import Testing

@testable import Layers

@Suite struct ParameterStoreTests {
    private func store(lastNamed last: ParameterPath = "e") -> ParameterStore {
        let shapes: [(ParameterPath, Shape)] = [("d", [5]), ("a", [3, 7]), ("c", [16]), ("b", []), (last, [1, 17])]
        return ParameterStore(
            .init(
                uniqueKeysWithValues: shapes.map { path, shape in
                    let spec = ParameterSpec(
                        path: path, layer: "layer", shape: shape, role: .kernel, initializer: .glorotUniform,
                        regularizer: nil)
                    return (path, spec)
                }))
    }

    private func fill(_ store: ParameterStore) {
        for (index, spec) in store.specs.values.enumerated() {
            store.set(spec.path, to: (0..<spec.shape.count).map { Float(100 * index + $0) })
        }
    }

    @Test func freshTensorsAreZeroFrozenAndInPathOrder() {
        let store = store()
        #expect(store.frozen.map(\.path) == ["a", "b", "c", "d", "e"])
        #expect(store.trainable.isEmpty && store.moving.isEmpty && store.trainableExtent == 0)
        #expect(store.tensor("a") == Tensor(zeros: [3, 7]))
    }

    @Test func regionsAreContiguousAlignedAndInPathOrder() {
        let store = store()
        store.arrange(trainable: ["e", "a"], moving: ["c"])
        #expect(store.trainable.map(\.path) == ["a", "e"])
        #expect(store.moving.map(\.path) == ["c"])
        #expect(store.frozen.map(\.path) == ["b", "d"])
        #expect(store.slots.map(\.offset) == [0, 32, 64, 80, 96])
        #expect(store.trainableExtent == 64 && store.changingExtent == 80)
        #expect(store.bytes == (256, 64, 128))
        for slot in store.slots { #expect(Int(bitPattern: store[slot.path]) % 64 == 0) }
    }

    @Test func arrangingAnewKeepsEveryValueAndZerosBetween() {
        let store = store()
        fill(store)
        let values = Dictionary(uniqueKeysWithValues: store.specs.keys.map { ($0, store.tensor($0)) })
        for (trainable, moving): (Set<ParameterPath>, Set<ParameterPath>) in [
            (["e", "a"], ["c"]), (["b"], []), (["a", "b", "c", "d", "e"], []), ([], ["d", "a"]), (["c"], ["c", "e"]),
        ] {
            store.arrange(trainable: trainable, moving: moving)
            for (path, tensor) in values { #expect(store.tensor(path) == tensor) }
            #expect(Set(store.trainable.map(\.path)) == trainable)
            #expect(Set(store.moving.map(\.path)) == moving.subtracting(trainable))
            for slot in store.slots {
                for index in slot.count..<Slab.padded(slot.count) { #expect(store.base[slot.offset + index] == 0) }
            }
        }
    }

    @Test func theHashFollowsPathsAndBytesAndNotTheLayout() {
        let store = store()
        fill(store)
        let before = store.hash(of: store.slots)
        store.arrange(trainable: ["e", "c"], moving: ["a"])
        #expect(store.hash(of: store.slots) == before)
        let frozen = store.hash(of: store.frozen)
        store["e"][16] += 1
        #expect(store.hash(of: store.slots) != before)
        #expect(store.hash(of: store.frozen) == frozen)
        let renamed = self.store(lastNamed: "f")
        fill(renamed)
        #expect(renamed.hash(of: renamed.slots) != before)
    }

    @Test func whatAStepCanChangeGoesOutAndBack() {
        let store = store()
        fill(store)
        store.arrange(trainable: ["a"], moving: ["c"])
        var saved: [Float] = []
        store.saveChanging(to: &saved)
        #expect(saved.count == store.changingExtent)
        store["a"][0] = -1
        store["c"][15] = -1
        store["d"][0] = -1
        store.restoreChanging(from: saved)
        #expect(store.tensor("a").values[0] == 100 && store.tensor("c").values[15] == 215)
        #expect(store.tensor("d").values[0] == -1)
    }

    @Test func initialisingSomeLeavesTheOthers() throws {
        let store = store()
        fill(store)
        try store.initialize(seed: 3) { $0.path == "a" }
        #expect(store.tensor("c").values[1] == 201)
        #expect(store.tensor("a").values[1] != 101)
        let all = self.store()
        try all.initialize(seed: 3)
        #expect(all.tensor("a") == store.tensor("a"))
    }
}
