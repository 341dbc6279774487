import Foundation
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct ReportTests {
    @Test func isWrittenAgainFromTheFolderAlone() throws {
        try withFolder { folder in
            let run = try StoppedRun(in: folder)
            let path = run.path("whole") + "/report.html"
            let report = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(!report.isEmpty)
            // Without the data and the model's description, in another place, by another name.
            for file in ["pictures.npz", "net.json", "recipe.json"] {
                try FileManager.default.removeItem(atPath: folder + "/" + file)
            }
            let moved = folder + "/moved"
            try FileManager.default.moveItem(atPath: run.path("whole"), toPath: moved)
            try FileManager.default.removeItem(atPath: moved + "/report.html")
            let outcome = try Program.run("report", "moved", folder: folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            #expect(outcome.output == "moved/report.html\n")
            #expect(try Data(contentsOf: URL(fileURLWithPath: moved + "/report.html")) == report)

            let board = EventFile.read(moved + "/tensorboard/events.out.tfevents.0.finetune")
            #expect(board.problems == [])
            let metrics = try String(contentsOfFile: moved + "/metrics.csv", encoding: .utf8)
            #expect(board.scalars("loss/validation").count == metrics.split(separator: "\n").count - 1)
            #expect(board.values("_hparams_/session_end_info").count == 1)
        }
    }

    @Test func whatCannotBeReportedIsOneSentence() throws {
        try withFolder { folder in
            for name in ["empty", "damaged", "comparison", "unsound"] {
                try FileManager.default.createDirectory(
                    atPath: folder + "/" + name, withIntermediateDirectories: true)
            }
            try write("{\"name\": 3}", to: folder + "/damaged/run.json")
            try write("{\"version\": 1}", to: folder + "/comparison/comparison.json")
            try write("no JSON", to: folder + "/unsound/run.json")
            let cases: [(String, Int32, String)] = [
                ("absent", 2, "there is no run absent"),
                ("damaged/run.json", 2, "damaged/run.json is a file; expected the folder of a run or of a comparison"),
                ("empty", 2, "empty has neither a run.json nor a comparison.json"),
                ("damaged", 1, "damaged/run.json cannot be read: the run's record is damaged"),
                ("comparison", 1, "comparison/comparison.json cannot be read: "),
                ("unsound", 1, "unsound/run.json cannot be read: line 1, column 1"),
            ]
            for (name, status, text) in cases {
                let outcome = try Program.run("report", name, folder: folder)
                #expect(outcome.status == status)
                #expect(outcome.diagnostics.hasPrefix("finetune: " + text), "\(outcome.diagnostics)")
                #expect(outcome.diagnostics.split(separator: "\n").count == 1 && outcome.output.isEmpty)
            }
        }
    }
}
