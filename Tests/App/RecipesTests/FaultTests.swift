import Foundation
import Glibc
import JSON
import Tensors
import Testing

@testable import Recipes

/// Every write, fsync and rename of a run fails, each in turn: whatever is lost, the newest whole snapshot opens and the
/// run goes on to the same bytes.
@Suite(.serialized) struct FaultTests {
    /// Counts the calls; the one with the number `failing` fails, after half of its bytes where it is a write, and, where
    /// the machine dies with it, all that follow.
    private final class Faults: @unchecked Sendable {
        private(set) var count = 0
        private let failing: Int
        private let isLast: Bool

        init(failing: Int, andAllAfter isLast: Bool = false) {
            self.failing = failing
            self.isLast = isLast
        }

        private func fails() -> Bool {
            count += 1
            return isLast ? count >= failing : count == failing
        }

        var operations: FileOperations {
            FileOperations(
                write: { [self] descriptor, bytes, size in
                    guard fails() else { return Glibc.write(descriptor, bytes, size) }
                    if count == failing { _ = Glibc.write(descriptor, bytes, size / 2) }
                    errno = EIO
                    return -1
                },
                flush: { [self] descriptor in
                    guard fails() else { return fsync(descriptor) }
                    errno = EIO
                    return -1
                },
                rename: { [self] from, to in
                    guard fails() else { return Glibc.rename(from, to) }
                    errno = EIO
                    return -1
                })
        }
    }

    private static let architecture = """
        {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [null, 2]}},
        {"class_name": "Dense", "config": {"name": "base", "units": 3, "activation": "tanh"}},
        {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.2}},
        {"class_name": "Dense", "config": {"name": "out", "units": 1}}]}}
        """

    private static let recipe = """
        { "model": { "architecture": "net.json" },
          "data": { "train": { "format": "inline",
                               "inputs": [[0, 1], [1, 1], [2, 0], [1, 3], [2, 2], [0, 3], [3, 1], [1, 0]],
                               "targets": [1, 2, 2, 4, 4, 3, 4, 1] }, "validation": 0.25, "batch_size": 4 },
          "loss": "mse", "ema": 0.5, "optimizer": { "name": "sgd", "learning_rate": 0.05, "momentum": 0.9 },
          "snapshot_every": "1 epoch",
          "phases": [
            { "name": "probe", "epochs": 2, "policy": [{ "freeze": "base" }], "early_stopping": { "patience": 2 } },
            { "name": "all", "epochs": 2, "early_stopping": { "patience": 2 } }] }
        """

    /// In memory where that can be: it is the calls that are tested, and thousands of them reach no disk.
    private let folder = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/faults-\(UUID().uuidString)"
    private let console: Console

    init() throws {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        console = Console(output: nowhere, diagnostics: nowhere)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FaultTests.architecture.write(toFile: folder + "/net.json", atomically: false, encoding: .utf8)
        try FaultTests.recipe.write(toFile: folder + "/recipe.json", atomically: false, encoding: .utf8)
    }

    private func begin(_ name: String) throws {
        _ = try Commands.run(
            RunOptions(
                recipe: RecipeArguments(path: folder + "/recipe.json"), folder: folder + "/" + name,
                replacesFolder: true, verbosity: .quiet, threads: 2), console: console)
    }

    private func goOn(_ name: String) throws {
        guard access(folder + "/" + name + "/recipe.json", F_OK) == 0 else { return try begin(name) }
        let options = ResumeOptions(folder: folder + "/" + name, verbosity: .quiet)
        #expect(try Commands.resume(options, console: console) == .done)
    }

    /// What is the same in equal runs.
    private func content(_ name: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for file in ["model.h5", "metrics.csv", "run.json", "recipe.json", "ledger.json"] {
            files[file] = try Data(contentsOf: URL(fileURLWithPath: folder + "/\(name)/\(file)"))
        }
        let events = try String(contentsOfFile: folder + "/\(name)/events.jsonl", encoding: .utf8)
        files["events.jsonl"] = Data(events.replacing(/"time":"[^"]*",/, with: "").utf8)
        return files
    }

    private func newest(_ name: String) -> Snapshot? {
        SnapshotFolder(path: folder + "/\(name)/snapshots").newest().snapshot
    }

    /// The number of snapshots that were finished.
    private func finished(_ name: String) -> Int {
        RecipePaths.names(in: folder + "/\(name)/snapshots").count { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
    }

    @Test func everyCallFailsOnceAndEveryCallIsTheLast() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let counter = Faults(failing: 0)
        try FileOperations.$current.withValue(counter.operations) { try begin("whole") }
        let reference = try content("whole")
        let total = counter.count
        #expect(total > 100 && finished("whole") >= 2)
        var survived = 0
        for number in 1...total {
            for isLast in [false, true] where !isLast || number % 3 == 0 {
                let name = "\(number)\(isLast ? "-last" : "")"
                let faults = Faults(failing: number, andAllAfter: isLast)
                let error = FileOperations.$current.withValue(faults.operations) {
                    do {
                        try begin(name)
                        return nil as String?
                    } catch { return "\(error)" }
                }
                #expect(faults.count >= number && (error == nil || error?.contains("cannot write") == true), "\(name)")
                let snapshot = newest(name)
                #expect((snapshot != nil) == (finished(name) > 0), "call \(name): a snapshot that does not open")
                if isLast, let snapshot { try losePower(name, snapshot) }
                if snapshot != nil { survived += 1 }
                try goOn(name)
                let files = try content(name)
                for (file, bytes) in reference {
                    #expect(files[file] == bytes, "\(file) after call \(name) failed (\(error ?? "unnoticed"))")
                }
                try FileManager.default.removeItem(atPath: folder + "/" + name)
            }
        }
        #expect(survived > total / 3)
    }

    /// What was appended after the last flush never came to the disk, and a torn line did.
    private func losePower(_ name: String, _ snapshot: Snapshot) throws {
        for (file, size) in [("events.jsonl", snapshot.logs.events), ("metrics.csv", snapshot.logs.metrics)] {
            let path = folder + "/\(name)/\(file)"
            #expect(truncate(path, off_t(size)) == 0)
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("{\"n\"".utf8))
            try handle.close()
        }
    }

    /// The same failures while going on.
    @Test func callsFailWhileItGoesOn() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try begin("whole")
        let reference = try content("whole")
        for number in stride(from: 1, through: 120, by: 7) {
            let name = "again-\(number)"
            let dying = Faults(failing: 60, andAllAfter: true)
            #expect(throws: (any Error).self) {
                try FileOperations.$current.withValue(dying.operations) { try begin(name) }
            }
            let faults = Faults(failing: number)
            _ = try? FileOperations.$current.withValue(faults.operations) { try goOn(name) }
            try goOn(name)
            #expect(try content(name) == reference, "call \(number) of a resume")
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }
}
