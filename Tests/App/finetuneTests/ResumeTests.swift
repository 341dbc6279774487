import Foundation
import Testing

@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct ResumeTests {
    private func withRun(_ body: (StoppedRun) throws -> Void) throws {
        try withFolder { try body(try StoppedRun(in: $0)) }
    }

    /// Kills a run somewhere after its first snapshots.
    private func kill(_ run: StoppedRun, _ name: String, after events: Int = 40) throws {
        let process = try run.begin(name)
        run.wait(for: events, of: name, process)
        #expect(process.stop(SIGKILL))
    }

    private func resume(_ run: StoppedRun, _ arguments: String...) throws -> Program.Outcome {
        try Program.run(["resume"] + arguments, folder: run.folder)
    }

    @Test func ctrlCWritesASnapshotAndSaysHowToGoOn() throws {
        try withRun { run in
            for signal in [SIGINT, SIGTERM] {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: Program.path ?? "")
                process.arguments = ["recipe.json", "-o", "stopped \(signal)", "--verbose", "--threads", "2"]
                process.currentDirectoryURL = URL(fileURLWithPath: run.folder)
                let said = Pipe()
                (process.standardOutput, process.standardError) = (FileHandle.nullDevice, said)
                try process.run()
                run.wait(for: 32, of: "stopped \(signal)", process)
                Foundation.kill(process.processIdentifier, signal)
                let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                #expect(process.terminationStatus == 130)
                let last = text.split(separator: "\n").last ?? ""
                #expect(last.hasPrefix("stopped after step "), "\(text)")
                #expect(last.hasSuffix("; to go on: finetune resume 'stopped \(signal)'"))
                // The step that it names is one that no interval asked for, or any: it is there.
                let step = last.split(separator: " ")[3].dropLast()
                let digits = String(repeating: "0", count: 8 - step.count) + step
                let snapshot = run.path("stopped \(signal)") + "/snapshots/step-\(digits).json"
                #expect(FileManager.default.fileExists(atPath: snapshot))
                #expect(try resume(run, "stopped \(signal)").status == 0)
                #expect(try run.files("stopped \(signal)") == run.reference)
            }
        }
    }

    @Test func whatEndedAndWhatNeverBegan() throws {
        try withRun { run in
            let ended = try resume(run, "whole")
            #expect(ended.status == 0 && ended.output == "whole ended already: there is nothing to go on with\n")
            #expect(try run.files("whole") == run.reference)
            let absent = try resume(run, "wohle")
            #expect(absent.status == 2)
            #expect(absent.diagnostics == "finetune: there is no run wohle; did you mean \"whole\", which is there?\n")
            #expect(try resume(run, "net.json").status == 2)
            try FileManager.default.createDirectory(atPath: run.path("empty"), withIntermediateDirectories: true)
            let empty = try resume(run, "empty")
            #expect(empty.status == 2 && empty.diagnostics.contains("no run was begun there"))
            // Without a snapshot it begins anew and says so.
            try kill(run, "early", after: 36)
            try FileManager.default.removeItem(atPath: run.path("early") + "/snapshots")
            let anew = try resume(run, "early", "--verbose")
            #expect(
                anew.status == 0 && anew.diagnostics.contains("there is no snapshot in early: the run begins anew\n"))
            #expect(try run.files("early") == run.reference)
        }
    }

    @Test func whatChangedIsNamedAndRefused() throws {
        try withRun { run in
            try kill(run, "run")
            func refusal(_ arguments: String...) throws -> String {
                let outcome = try Program.run(["resume", "run"] + arguments, folder: run.folder)
                #expect(outcome.status == 2)
                #expect(outcome.diagnostics.contains("cannot go on exactly in run: changed since the snapshot: "))
                #expect(outcome.diagnostics.hasSuffix("or accept other bytes with --allow-changes\n"))
                return outcome.diagnostics
            }
            #expect(try refusal("--threads", "1").contains("the thread count (2 then, 1 now)"))
            // Each change alone, and undone again.
            for (file, from, to, said) in [
                ("run/recipe.json", "\"learning_rate\": 0.02", "\"learning_rate\": 0.01", "the recipe (recipe.json"),
                ("net.json", "\"net\"", "\"Net\"", "the checkpoint"),
            ] {
                let text = try String(contentsOfFile: run.path(file), encoding: .utf8)
                #expect(text.contains(from))
                try write(text.replacing(from, with: to), to: run.path(file))
                #expect(try refusal().contains(said))
                try write(text, to: run.path(file))
            }
            let pictures = try Data(contentsOf: URL(fileURLWithPath: run.path("pictures.npz")))
            var changed = pictures
            changed.append(0)
            try changed.write(to: URL(fileURLWithPath: run.path("pictures.npz")))
            #expect(try refusal().contains("the data set data.train;"))
            try pictures.write(to: URL(fileURLWithPath: run.path("pictures.npz")))
            let copy = run.path("finetune")
            try FileManager.default.copyItem(atPath: try #require(Program.path), toPath: copy)
            let handle = try #require(FileHandle(forWritingAtPath: copy))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data([0]))
            try handle.close()
            let other = try Program.shell("cd '\(run.folder)' && ./finetune resume run")
            #expect(other.status == 2 && other.diagnostics.contains("changed since the snapshot: the program itself;"))
            // Nothing of that touched the run.
            #expect(try resume(run, "run").status == 0)
            #expect(try run.files("run") == run.reference)
        }
    }

    @Test func changesCanBeAllowed() throws {
        try withRun { run in
            try kill(run, "run")
            let path = run.path("run/recipe.json")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try write(text.replacing("\"learning_rate\": 0.02", with: "\"learning_rate\": 0.01"), to: path)
            let outcome = try resume(run, "run", "--allow-changes")
            #expect(outcome.status == 0)
            #expect(outcome.diagnostics.contains("goes on although it changed: the recipe"))
            #expect(try run.files("run").model != run.reference.model)
            // A model that the snapshot is not of is refused all the same.
            try kill(run, "other")
            let network = try String(contentsOfFile: run.path("net.json"), encoding: .utf8)
            try write(network.replacing("\"filters\": 4", with: "\"filters\": 5"), to: run.path("net.json"))
            let misfit = try resume(run, "other", "--allow-changes")
            #expect(misfit.status == 2 && misfit.diagnostics.contains("does not fit the model: "))
        }
    }

    /// Lines after the snapshot, a torn one among them, and files that were never finished.
    @Test func whatCameAfterTheSnapshotIsCutAway() throws {
        try withRun { run in
            try kill(run, "run", after: 60)
            for file in ["events.jsonl", "metrics.csv", "timing.csv"] {
                let handle = try #require(FileHandle(forWritingAtPath: run.path("run/" + file)))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("{\"n\":9999,\"time\"".utf8))
                try handle.close()
            }
            try write("half", to: run.path("run/.model.h5.partial-1-2"))
            try write("half", to: run.path("run/snapshots/.step-00000050.json.partial-1-2"))
            #expect(try resume(run, "run").status == 0)
            #expect(try run.files("run") == run.reference)
            let names = try FileManager.default.subpathsOfDirectory(atPath: run.path("run"))
            #expect(!names.contains { $0.contains("partial") })
            // The last two snapshots and the best.
            let snapshots = names.filter { $0.hasPrefix("snapshots/") && $0.hasSuffix(".json") }
            #expect((2...3).contains(snapshots.count), "\(names)")
        }
    }

    /// The newest snapshot is damaged: the one before it serves, and the run says so.
    @Test func aDamagedSnapshotIsPassedOver() throws {
        try withRun { run in
            for damage in ["safetensors", "json"] {
                try kill(run, damage, after: 60)
                let folder = run.path(damage) + "/snapshots"
                let newest = try #require(
                    FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.max())
                let path = folder + "/" + newest.replacing(".json", with: "." + damage)
                var data = try Data(contentsOf: URL(fileURLWithPath: path))
                if damage == "json" { data.removeLast(data.count / 2) } else { data[data.count - 5] ^= 1 }
                try data.write(to: URL(fileURLWithPath: path))
                let outcome = try resume(run, damage)
                #expect(outcome.status == 0 && outcome.diagnostics.contains("is passed over: "))
                #expect(try run.files(damage) == run.reference)
            }
        }
    }

    @Test func oneProcessPerFolder() throws {
        try withRun { run in
            let process = try run.begin("run")
            run.wait(for: 10, of: "run", process)
            Foundation.kill(process.processIdentifier, SIGSTOP)
            let second = try resume(run, "run")
            #expect(
                second.status == 1 && second.diagnostics.contains("is in use by process \(process.processIdentifier)"))
            Foundation.kill(process.processIdentifier, SIGCONT)
            process.waitUntilExit()
            #expect(try run.files("run") == run.reference)
        }
    }
}
