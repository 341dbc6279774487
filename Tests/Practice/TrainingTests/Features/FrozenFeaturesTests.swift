import Data
import Glibc
import Layers
import Tensors
import Testing

@testable import Training

/// What is kept of frozen layers changes no bit of anything.
@Suite(.serialized) struct FrozenFeaturesTests {
    private func off() -> FeatureStore { FeatureStore(folder: nil, limit: 0) }
    private func memory() -> FeatureStore { FeatureStore(folder: nil) }
    private func file(_ folder: ScratchFolder) -> FeatureStore {
        FeatureStore(folder: FeatureFolder(path: folder.path), lastingFrom: 0)
    }

    @Test(arguments: FeatureTraining.networks) func keepingChangesNothing(_ network: FeatureTraining.Network) throws {
        let phases = [try FeatureTraining.phase(freezing: network.base, patience: 2)]
        let plain = try FeatureTraining(network, features: off())
        _ = try plain.trainer.run(phases)
        // Batches of 13 out of 70: the last of a pass is a partial one, and rows change places from epoch to epoch.
        #expect(plain.remarks.isEmpty)
        let folder = try ScratchFolder()
        let kept = try FeatureTraining(network, features: memory())
        _ = try kept.trainer.run(phases)
        #expect(kept.bytes == plain.bytes)
        #expect(kept.remarks.count == 1 && kept.remarks[0].hasSuffix(" kB)"), "\(kept.remarks)")
        for found in [false, true] {
            let filed = try FeatureTraining(network, features: file(folder), origin: "these")
            _ = try filed.trainer.run(phases)
            #expect(filed.bytes == plain.bytes)
            #expect(
                filed.remarks.first?.contains(found ? "were found" : "are computed once") == true, "\(filed.remarks)")
            #expect(folder.files.count == 2)
            // Training and validation examples once each, or never.
            #expect(filed.reads.count == (found ? 0 : 92), "\(filed.reads.count) reads")
        }
        let epochs = plain.record.evaluations.count
        #expect(epochs > 2 && plain.reads.count == epochs * 92)
    }

    @Test func whatTheFilesFollowFromIsInTheirNames() throws {
        let folder = try ScratchFolder()
        let phases = [try FeatureTraining.phase(epochs: 2, freezing: ["a", "b"])]
        func files(
            origin: String = "these", batchSize: Int = 13, seed: UInt64 = 5, change: Float = 0,
            _ phases: [PhaseConfiguration]
        ) throws -> Set<String> {
            let before = Set(folder.files)
            let training = try FeatureTraining(
                FeatureTraining.dense, features: file(folder), origin: origin, batchSize: batchSize, seed: seed,
                change: change)
            _ = try training.trainer.run(phases)
            return Set(folder.files).subtracting(before)
        }
        #expect(try files(phases).count == 2)
        #expect(try files(phases).isEmpty)
        // Another order of the examples is the same examples.
        #expect(try files(seed: 6, phases).isEmpty)
        #expect(try files(origin: "others", phases).count == 2)
        #expect(try files(batchSize: 12, phases).count == 2)
        #expect(try files(change: 0.25, phases).count == 2)
        #expect(try files([FeatureTraining.phase(epochs: 2, freezing: ["a"])]).count == 2)
    }

    @Test func aShareOfTheExamplesLiesInTheSameFile() throws {
        let folder = try ScratchFolder()
        let phases = [try FeatureTraining.phase(epochs: 2, freezing: ["a", "b"])]
        let plain = try FeatureTraining(FeatureTraining.dense, features: off(), share: true)
        _ = try plain.trainer.run(phases)
        for _ in 0..<2 {
            let kept = try FeatureTraining(
                FeatureTraining.dense, features: file(folder), origin: "these", share: true)
            _ = try kept.trainer.run(phases)
            #expect(kept.bytes == plain.bytes)
            #expect(folder.files.count == 1)
        }
    }

    @Test(arguments: [false, true]) func laterPhasesFreezeMoreOrLess(continues: Bool) throws {
        let network = FeatureTraining.networks[1]
        let phases = [
            try FeatureTraining.phase("head", epochs: 2, freezing: network.base, patience: 3),
            try FeatureTraining.phase("upper", epochs: 2, freezing: ["a", "norm"], continues: continues),
            try FeatureTraining.phase("all", epochs: 1, freezing: []),
            try FeatureTraining.phase("head again", epochs: 2, freezing: network.base),
        ]
        let plain = try FeatureTraining(network, features: off())
        _ = try plain.trainer.run(phases)
        let folder = try ScratchFolder()
        for store in [memory(), file(folder), file(folder)] {
            let kept = try FeatureTraining(network, features: store, origin: "these")
            _ = try kept.trainer.run(phases)
            #expect(kept.bytes == plain.bytes)
            #expect(kept.remarks.count == 3, "\(kept.remarks)")
        }
    }

    private final class Everything: StateKeeper {
        var states: [TrainingState] = []
        func consider(_ moment: TrainingMoment, state: () -> TrainingState) throws { states.append(state().copied) }
    }

    @Test func fromEveryStepTheSameBytesFollow() throws {
        let network = FeatureTraining.networks[1]
        let phases = [
            try FeatureTraining.phase("head", epochs: 2, freezing: network.base, patience: 3),
            try FeatureTraining.phase("upper", epochs: 1, freezing: ["a", "norm"]),
        ]
        let keeper = Everything()
        let plain = try FeatureTraining(network, features: off(), keeper: keeper)
        _ = try plain.trainer.run(phases)
        let folder = try ScratchFolder()
        // Beginning in the middle, rows are filled in another order, or found.
        for state in keeper.states where state.position.step % 4 == 1 {
            for store in [memory(), file(folder)] {
                let again = try FeatureTraining(network, features: store, origin: "these")
                _ = try again.trainer.run(phases, from: state)
                let (mine, theirs) = (again.bytes, plain.bytes)
                let weights = plain.store.specs.count
                #expect(mine.prefix(weights) == theirs.prefix(weights), "from step \(state.position.step)")
                let trail = mine.dropFirst(weights)
                #expect(trail.count > 2 && theirs.suffix(trail.count) == trail)
            }
        }
    }

    @Test func accumulationClassWeightsAndBalanceGoWithThem() throws {
        var phase = try FeatureTraining.phase(freezing: ["a", "b"])
        phase.accumulate = 3
        phase.averageDecay = 0.9
        let plain = try FeatureTraining(FeatureTraining.dense, features: off())
        _ = try plain.trainer.run([phase])
        let kept = try FeatureTraining(FeatureTraining.dense, features: memory())
        _ = try kept.trainer.run([phase])
        #expect(kept.bytes == plain.bytes && kept.remarks.count == 1)
    }

    @Test func aFewViewsOfEachExampleAreKept() throws {
        let network = FeatureTraining.networks[3]
        var phase = try FeatureTraining.phase(epochs: 5, freezing: network.base)
        phase.augmentation = Augmentation([.flip(.both, probability: 0.5), .crop(padding: 2, fill: .value(0))])
        let fresh = try FeatureTraining(network, features: memory())
        _ = try fresh.trainer.run([phase])
        #expect(fresh.reads.count == 5 * 92)
        #expect(fresh.remarks.first?.contains("\"views\" in \"data\"") == true, "\(fresh.remarks)")
        phase.views = 2
        let plain = try FeatureTraining(network, features: off())
        _ = try plain.trainer.run([phase])
        #expect(plain.bytes != fresh.bytes && plain.reads.count == 5 * 92)
        let folder = try ScratchFolder()
        for store in [memory(), file(folder), file(folder)] {
            let kept = try FeatureTraining(network, features: store, origin: "these")
            let plan = try kept.trainer.plan([phase], at: 0).features
            #expect(plan.rows == 140 && plan.views == 2 && plan.parts == [FeaturePlan.Part(layer: "b", count: 17)])
            _ = try kept.trainer.run([phase])
            #expect(kept.bytes == plain.bytes)
            #expect(kept.remarks.first?.contains("140 views (2 of each example)") == true, "\(kept.remarks)")
        }
        // Two views of 70, and what is held out.
        let last = try FeatureTraining(network, features: memory())
        _ = try last.trainer.run([phase])
        #expect(last.reads.count == 2 * 70 + 22)
    }

    @Test func mixedExamplesAreNotKept() throws {
        var phase = try FeatureTraining.phase(epochs: 2, freezing: ["a", "b"])
        phase.mixup = 0.3
        let training = try FeatureTraining(FeatureTraining.dense, features: memory())
        let plan = try training.trainer.plan([phase], at: 0).features
        #expect(plan.place == .nowhere("examples are mixed anew in every batch"))
        _ = try training.trainer.run([phase])
        #expect(training.reads.count == 2 * 92)
        #expect(
            training.remarks == [
                "everything up to b is computed again for every batch: examples are mixed anew in every batch"
            ])
    }

    @Test func aPlanSaysWhereTheCutIsAndHowLarge() throws {
        func plan(_ network: FeatureTraining.Network, freezing: [String], _ store: FeatureStore) throws -> FeaturePlan {
            let training = try FeatureTraining(network, features: store)
            return try training.trainer.plan([FeatureTraining.phase(freezing: freezing)], at: 0).features
        }
        let dense = try plan(FeatureTraining.dense, freezing: ["a", "b"], memory())
        #expect(dense.parts == [FeaturePlan.Part(layer: "b", count: 21)])
        #expect(dense.rows == 70 && dense.rowBytes == 84 && dense.bytes == 5880 && dense.place == .memory)
        #expect(try plan(FeatureTraining.dense, freezing: ["a"], memory()).parts.map(\.layer) == ["a"])
        #expect(try plan(FeatureTraining.dense, freezing: [], memory()).parts.isEmpty)
        #expect(
            try plan(FeatureTraining.dense, freezing: ["a"], FeatureStore(folder: nil, limit: 1000)).place
                == .nowhere("they take more than the 1000 bytes of \"cache\""))
        #expect(try plan(FeatureTraining.dense, freezing: ["a"], off()).place == .nowhere("\"cache\" is off"))
    }

    @Test func theFirstNumberThatWentBadIsNamedInTheFrozenPart() throws {
        let folder = try ScratchFolder()
        for store in [off(), memory(), file(folder), file(folder)] {
            let training = try FeatureTraining(FeatureTraining.dense, features: store, origin: "these")
            training.store["a.kernel"][3] = .nan
            let error = #expect(throws: NonFiniteError.self) {
                try training.trainer.run([FeatureTraining.phase(freezing: ["a", "b"])])
            }
            #expect(error?.kind == .activation && error?.name == "a" && error?.step == 1)
        }
    }

    @Test func aTornFileIsMended() throws {
        let folder = try ScratchFolder()
        let phases = [try FeatureTraining.phase(epochs: 2, freezing: ["a", "b"])]
        // Nobody else has the file open while it is mended.
        func run() throws -> (bytes: [String], reads: Int) {
            let training = try FeatureTraining(FeatureTraining.dense, features: file(folder), origin: "these")
            _ = try training.trainer.run(phases)
            return (training.bytes, training.reads.count)
        }
        let first = try run()
        for path in folder.files {
            let descriptor = open(path, O_RDWR)
            defer { close(descriptor) }
            // Some rows, as a power failure leaves them.
            let end = lseek(descriptor, 0, SEEK_END)
            var zeros = [UInt8](repeating: 0, count: 900)
            #expect(pwrite(descriptor, &zeros, 900, end - 1000) == 900)
        }
        let second = try run()
        #expect(second.bytes == first.bytes && (20...30).contains(second.reads), "\(second.reads)")
        let third = try run()
        #expect(third.bytes == first.bytes && third.reads == 0)
    }

    /// Batches of 12 in blocks of three; the last batch of a pass has ten examples, and its last block one.
    @Test func blocksOfABatchGiveWhatTheBatchGives() throws {
        let network = FeatureTraining.pictures
        let phases = [try FeatureTraining.phase(epochs: 2, freezing: network.base)]
        let folder = try ScratchFolder()
        func training(_ features: FeatureStore) throws -> FeatureTraining {
            try FeatureTraining(network, features: features, origin: "these", batchSize: 12)
        }
        let plain = try training(off())
        _ = try plain.trainer.run(phases)
        for features in [memory(), file(folder), file(folder)] {
            let kept = try training(features)
            _ = try kept.trainer.run(phases)
            #expect(kept.bytes == plain.bytes)
        }
        let (trainer, store) = (plain.trainer, plain.store)
        let graph = try PhaseGraph(trainer.objective, trainer.arrange(phases[0]), store: store, batchSize: 12)
        let features = try graph.features(trainer.objective, store: store, kept: trainer.kept, phases[0])
        #expect(features?.block.batch == 3)
        let whole = try Evaluator(
            trainer.objective, store: store, metrics: OutputMetrics([]), batchSize: 12
        ).evaluate(try #require(trainer.validation))
        #expect(abs(whole.loss - (try #require(plain.record.evaluations.last?.validationLoss))) < 1e-5)
    }
}
