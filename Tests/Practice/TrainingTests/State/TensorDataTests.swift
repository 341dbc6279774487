import Testing

@testable import Training

@Suite struct TensorDataTests {
    @Test func whatIsLentFollowsAndWhatIsCopiedStays() {
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer { memory.deallocate() }
        _ = memory.initialize(fromContentsOf: [1, 2, 3])
        let lent = TensorData(UnsafeBufferPointer(memory), isLent: true)
        let copies = [lent.copied, TensorData(UnsafeBufferPointer(memory), isLent: false)]
        #expect(lent == [1, 2, 3] && copies.allSatisfy { $0 == lent })
        memory[1] = 7
        #expect(Array(lent) == [1, 7, 3] && copies.allSatisfy { $0 == [1, 2, 3] && $0 != lent })
    }

    @Test func partsOfAnArrayAreTensors() {
        let part = TensorData([0, 1, 2, 3, 4][2..<4])
        #expect(part == [2, 3] && part.count == 2 && part[1] == 3 && Array(part.copied) == [2, 3])
        #expect(part.hashValue == TensorData([2, 3]).hashValue)
        #expect(TensorData([]).isEmpty && part != [2] && part != [2, 4])
    }

    /// A keeper sees the tensors themselves: a snapshot takes no memory for copies.
    @Test func keepersAreLentTheTensors() throws {
        final class Lender: StateKeeper {
            var seen: [(lent: TrainingState, copied: TrainingState)] = []
            func consider(_ moment: TrainingMoment, state: () -> TrainingState) {
                let state = state()
                seen.append((state, state.copied))
            }
        }
        let keeper = Lender()
        let training = try SmallTraining(keeper: keeper)
        let isDone = try training.trainer.run([try SmallTraining.phase("a", .steps(3), averageDecay: 0.5)])
        #expect(isDone.phases.count == 1 && keeper.seen.count == 3)
        // The store holds the average at the end, and so do all that it lent; the copies are those of their steps.
        #expect(keeper.seen.allSatisfy { $0.lent.weights == training.weights })
        #expect(Set(keeper.seen.map(\.copied.weights)).count == 3)
        #expect(keeper.seen.allSatisfy { $0.copied.memory?.average != nil && $0.copied.weights != $0.lent.weights })
    }
}
