import Tensors
import Testing

@testable import Training

@Suite struct OptimizerStateTests {
    private let a = TensorSlot(path: "a.kernel", offset: 0, count: 3)
    private let b = TensorSlot(path: "b.kernel", offset: 16, count: 2)

    private func advance(_ optimizer: Optimizer, _ steps: Int, _ weights: borrowing Slab, rate: Float = 0.1) {
        let gradients = Slab(count: weights.count)
        for i in 0..<gradients.count { gradients.pointer[i] = Float(i % 5) - 1.5 }
        for _ in 0..<steps {
            optimizer.step(
                weights: weights.pointer, gradients: gradients.pointer,
                rates: optimizer.layout.map { _ in rate }, decays: optimizer.layout.map { _ in 0 })
        }
    }

    @Test func aTensorThatJoinsLaterIsCorrectedFromItsOwnFirstStep() {
        let first = Optimizer(OptimizerConfiguration(.adam), layout: [a])
        let weights = Slab(count: 32)
        advance(first, 5, weights)
        let both = Optimizer(OptimizerConfiguration(.adam), layout: [a, b])
        #expect(both.carryOver(from: first) == ["a.kernel"])
        #expect(both.steps == [5, 0])
        advance(both, 1, weights)
        // Adam's first step is the rate times the sign of the gradient, here -0.5.
        #expect(abs(weights.pointer[16] - 0.1) < 1e-5)
        #expect(both.stepCount(of: "a.kernel") == 6 && both.stepCount(of: "b.kernel") == 1)
    }

    @Test func carryingOverThroughANewLayoutChangesNoBit() throws {
        for algorithm in OptimizerAlgorithm.allCases {
            let straight = Slab(count: 32)
            let moved = Slab(count: 16)
            let reference = Optimizer(OptimizerConfiguration(algorithm), layout: [a, b])
            advance(reference, 8, straight)

            let before = Optimizer(OptimizerConfiguration(algorithm), layout: [a, b])
            let whole = Slab(count: 32)
            advance(before, 3, whole)
            // Without `b`, `a` keeps its place and its gradients.
            let after = Optimizer(OptimizerConfiguration(algorithm), layout: [a])
            after.carryOver(from: before)
            for i in 0..<3 { moved.pointer[i] = whole.pointer[i] }
            advance(after, 5, moved)
            #expect((0..<3).allSatisfy { moved.pointer[$0] == straight.pointer[$0] }, "\(algorithm)")
            for name in reference.slotNames {
                let mine = try #require(after.slot(name, of: "a.kernel"))
                #expect(Array(mine) == Array(try #require(reference.slot(name, of: "a.kernel"))))
            }
        }
    }

    @Test func adamAndAdamWShareTheirSlotsAndOthersDoNot() throws {
        let adam = Optimizer(OptimizerConfiguration(.adam), layout: [a])
        let weights = Slab(count: 16)
        advance(adam, 2, weights)
        #expect(Optimizer(OptimizerConfiguration(.adamw), layout: [a]).carryOver(from: adam) == ["a.kernel"])
        let other = Optimizer(OptimizerConfiguration(.rmsprop), layout: [a])
        #expect(other.carryOver(from: adam) == [])
        #expect(other.steps == [0])
        let larger = Optimizer(
            OptimizerConfiguration(.adam), layout: [TensorSlot(path: "a.kernel", offset: 0, count: 4)])
        #expect(larger.carryOver(from: adam) == [])
    }

    @Test func slotsCanBeWrittenAndForgotten() throws {
        let optimizer = Optimizer(OptimizerConfiguration(.adagrad), layout: [a, b])
        #expect(optimizer.slotNames == ["accumulator"] && optimizer.slotBytes == 128)
        let slot = try #require(optimizer.slot("accumulator", of: "b.kernel"))
        #expect(Array(slot) == [0.1, 0.1])
        slot[0] = 7
        optimizer.setStepCount(9, of: "b.kernel")
        optimizer.reset(["a.kernel"])
        #expect(slot[0] == 7 && optimizer.steps == [0, 9])
        optimizer.reset()
        #expect(slot[0] == 0.1 && optimizer.steps == [0, 0])
        #expect(optimizer.slot("velocity", of: "b.kernel") == nil && optimizer.slot("accumulator", of: "c") == nil)
    }

    @Test func aRateOfNothingMovesNothing() {
        for algorithm in OptimizerAlgorithm.allCases {
            let optimizer = Optimizer(OptimizerConfiguration(algorithm), layout: [a, b])
            let weights = Slab(count: 32)
            for i in 0..<32 { weights.pointer[i] = Float(i) }
            advance(optimizer, 3, weights, rate: 0)
            #expect((0..<32).allSatisfy { weights.pointer[$0] == Float($0) })
        }
    }

    @Test func decayIsMultipliedByTheRateForEveryOptimizer() {
        for algorithm in OptimizerAlgorithm.allCases {
            let optimizer = Optimizer(OptimizerConfiguration(algorithm), layout: [a])
            let weights = Slab(count: 16)
            let gradients = Slab(count: 16)
            weights.pointer[0] = 2
            optimizer.step(weights: weights.pointer, gradients: gradients.pointer, rates: [0.5], decays: [0.1])
            #expect(abs(weights.pointer[0] - 1.9) < 1e-6, "\(algorithm)")
        }
    }

    /// Rounded to nearest, a moment that shrinks by a tenth stays at five of the smallest subnormals for good, and every
    /// step takes the processor a hundred times as long.
    @Test func aMomentWithoutGradientsEndsAtZero() throws {
        for algorithm in [OptimizerAlgorithm.adam, .sgd] {
            var configuration = OptimizerConfiguration(algorithm)
            if algorithm == .sgd { try configuration.set(.momentum, to: 0.9) }
            let optimizer = Optimizer(configuration, layout: [a])
            let slot = optimizer.slotNames[0]
            let weights = Slab(count: 16)
            advance(optimizer, 1, weights)
            let nothing = Slab(count: 16)
            var steps = 0
            while try #require(optimizer.slot(slot, of: a.path))[0] != 0, steps < 1200 {
                optimizer.step(weights: weights.pointer, gradients: nothing.pointer, rates: [0.1], decays: [0])
                steps += 1
                #expect(try !#require(optimizer.slot(slot, of: a.path))[0].isSubnormal)
            }
            #expect((700..<1000).contains(steps), "\(algorithm): \(steps)")
        }
    }
}
