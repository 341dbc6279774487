import Testing

@testable import Training

@Suite struct TensorDataTests {
    @Test func whatIsLentFollowsAndWhatIsCopiedStays() {
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer { memory.deallocate() }
        _ = memory.initialize(fromContentsOf: [1, 2, 3])
        final class Owner {}
        let owner = Owner()
        let lent = TensorData(UnsafeBufferPointer(memory), .lent, of: owner)
        let copies = [lent.copied, TensorData(UnsafeBufferPointer(memory), .copied, of: owner)]
        #expect(lent == [1, 2, 3] && copies.allSatisfy { $0 == lent })
        memory[1] = 7
        #expect(Array(lent) == [1, 7, 3] && copies.allSatisfy { $0 == [1, 2, 3] && $0 != lent })
    }

    /// Nothing is copied of what is given, and it stays for as long as anybody has it.
    @Test func whatIsGivenLivesOn() {
        final class Owner {
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2)
            let atEnd: () -> Void
            init(atEnd: @escaping () -> Void) {
                self.atEnd = atEnd
                _ = values.initialize(fromContentsOf: [4, 5])
            }
            deinit {
                values.deallocate()
                atEnd()
            }
        }
        var hasEnded = false
        var owner: Owner? = Owner { hasEnded = true }
        let place = owner.map { UnsafePointer($0.values.baseAddress!) }
        var data = owner.map { TensorData(UnsafeBufferPointer($0.values), .given, of: $0).copied }
        owner = nil
        #expect(!hasEnded && data == [4, 5])
        #expect(data?.withContiguousStorageIfAvailable { $0.baseAddress } == place)
        data = nil
        #expect(hasEnded)
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
