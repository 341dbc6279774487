import Foundation
import Glibc
import JSON
import Testing

/// A comparison that was stopped goes on to the same bytes.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct CompareResumeTests {
    private static let arguments = ["compare", "few.json", "--seeds", "1,2", "--fractions", "0.5,1", "--threads", "1"]

    private func begin(_ arguments: [String], _ task: TransferTask) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path ?? "")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: task.folder)
        process.environment = Program.environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Waits until a file of the comparison has so many lines, or the process has ended.
    private func wait(for lines: Int, in file: String, _ process: Process) {
        while process.isRunning {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            if text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= lines { return }
            usleep(300)
        }
    }

    private func withTask(_ body: (TransferTask) throws -> Void) throws {
        try withFolder { folder in
            let task = try TransferTask(in: folder)
            try task.write(
                TransferTask.recipe(#", "snapshot_every": 3, "early_stopping": { "patience": 3 }"#, epochs: 8))
            try body(task)
        }
    }

    @Test func killedAnywhereItEndsWithTheSameBytes() throws {
        try withTask { task in
            let whole = try Program.run(CompareResumeTests.arguments + ["-o", "whole"], folder: task.folder)
            try #require(whole.status == 0, "\(whole.diagnostics)")
            let reference = try task.bytes("whole/comparison.json")
            // Before the first run, within runs of both arms, and near the end.
            let moments = [
                ("comparison.json", 1), ("fine-tuned/0.5-s1/events.jsonl", 6), ("from-scratch/0.5-s2/run.json", 1),
                ("from-scratch/1-s1/metrics.csv", 3), ("from-scratch/1-s2/events.jsonl", 8),
            ]
            for (index, moment) in moments.enumerated() {
                let name = "killed-\(index)"
                let process = try begin(CompareResumeTests.arguments + ["-o", name], task)
                wait(for: moment.1, in: task.path("\(name)/\(moment.0)"), process)
                _ = process.stop(SIGKILL)
                // By the same command, or by the folder alone.
                let arguments = index % 2 == 0 ? CompareResumeTests.arguments + ["-o", name] : ["resume", name]
                let outcome = try Program.run(arguments, folder: task.folder)
                #expect(outcome.status == 0, "\(moment): \(outcome.diagnostics)")
                #expect(try task.bytes(name + "/comparison.json") == reference, "\(moment)")
                let wholeText = whole.output.replacing("whole/", with: "")
                #expect(outcome.output.replacing(name + "/", with: "") == wholeText, "\(moment)")
            }
        }
    }

    @Test func interruptedItSaysHowToGoOn() throws {
        try withTask { task in
            let line = """
                cd '\(task.folder)'
                "$F" compare few.json --seeds 1,2 --set steps=2000000 --set early_stopping=null -o c --threads 1 2>err &
                while [ ! -s c/fine-tuned/1-s1/metrics.csv ] && kill -0 $!; do sleep 0.05; done
                kill -INT $!; wait $!; echo "status $?"
                """
            let outcome = try Program.shell(line)
            #expect(outcome.output.contains("status 130"), "\(outcome.output)")
            let text = try String(contentsOfFile: task.path("err"), encoding: .utf8)
            #expect(text.contains("stopped after 0 of 4 runs; to go on: finetune resume c"), "\(text)")
            #expect(try task.comparison("c")["status"] == "running")
        }
    }

    @Test func anotherComparisonIsRefused() throws {
        try withTask { task in
            _ = try task.compare("few.json", "--seeds", "1", "-o", "c", "--quiet")
            func refused(_ arguments: String..., part: String) throws {
                let outcome = try Program.run(["compare", "few.json", "-o", "c"] + arguments, folder: task.folder)
                #expect(outcome.status == 2, "\(outcome.diagnostics)")
                #expect(
                    outcome.diagnostics.contains("changed since the comparison began: \(part)"),
                    "\(outcome.diagnostics)")
            }
            try refused("--seeds", "1,2", part: "the seeds (1 then);")
            try refused("--seeds", "1", "--set", "optimizer.learning_rate=0.01", part: "the recipe;")
            try refused("--seeds", "1", "--metric", "loss", part: "the metric (accuracy then);")
            try refused(
                "--seeds", "1", "--arms", "bitfit,fine-tuned", part: "the arms (fine-tuned, from-scratch then);")
            try refused("--seeds", "1", "--threads", "2", part: "the thread count (auto then, 2 now);")
        }
    }

    /// Other weights are another comparison; a run that is run again is counted as it came out.
    @Test func aCheckpointThatChangedIsNoticed() throws {
        try withTask { task in
            _ = try task.compare("few.json", "--seeds", "1,2", "-o", "c", "--quiet", "--threads", "1")
            let reference = try task.bytes("c/comparison.json")
            func runAgain() throws -> Program.Outcome {
                try FileManager.default.removeItem(atPath: task.path("c/fine-tuned/1-s2"))
                return try Program.run("resume", "c", "--threads", "1", folder: task.folder)
            }
            let same = try runAgain()
            #expect(same.status == 0, "\(same.diagnostics)")
            #expect(try task.bytes("c/comparison.json") == reference)
            try task.shuffle(to: "other.h5")
            try FileManager.default.removeItem(atPath: task.path("pretrained/model.h5"))
            try FileManager.default.moveItem(
                atPath: task.path("other.h5"), toPath: task.path("pretrained/model.h5"))
            let other = try runAgain()
            #expect(other.status == 2, "\(other.diagnostics)")
            #expect(
                other.diagnostics.contains("checkpoint changed between fine-tuned/1-s1 and fine-tuned/1-s2"),
                "\(other.diagnostics)")
            #expect(try task.bytes("c/comparison.json") == reference)
        }
    }
}
