import Tensors
import Testing

@testable import Training

@Suite struct PretrainedPullTests {
    @Test func onlyTensorsWithAStrengthAndAPastArePulled() {
        let layout = ["a", "b", "head"].enumerated().map {
            TensorSlot(path: ParameterPath($1), offset: $0 * 16, count: 2)
        }
        let pretrained = Slab(count: 48)
        for i in 0..<48 { pretrained.pointer[i] = 1 }
        let pull = PretrainedPull(layout: layout, strengths: [0.5, 0, 0.5]) { path in
            path == "head" ? nil : UnsafePointer(pretrained.pointer + (path == "a" ? 0 : 16))
        }
        // What happens to the source afterwards does not matter.
        for i in 0..<48 { pretrained.pointer[i] = 99 }
        let weights = Slab(count: 48)
        for i in 0..<48 { weights.pointer[i] = 3 }
        pull.apply(to: weights.pointer, rates: [0.5, 1, 1])
        #expect((0..<48).map { weights.pointer[$0] } == [2.5, 2.5] + Array(repeating: 3, count: 46))
        #expect(!pull.isEmpty)
        #expect(PretrainedPull(layout: layout, strengths: [0, 0, 0]) { _ in nil }.isEmpty)
    }
}
