import Foundation
import Testing

/// The recipes where every course starts, run as a person would.
@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct CourseRecipeTests {
    private func run(_ recipe: String, _ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "finetune-\(recipe)-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let outcome = try Program.run("recipes/\(recipe).json", "-o", folder, "--quiet")
        #expect(outcome.status == 0, "\(outcome.diagnostics)")
        try body(folder)
    }

    private func finalLoss(_ folder: String) throws -> Double {
        let lines = try String(contentsOfFile: folder + "/metrics.csv", encoding: .utf8).split(separator: "\n")
        let column = try #require(lines.first?.split(separator: ",").firstIndex(of: "train_loss"))
        let last = try #require(lines.last).split(separator: ",", omittingEmptySubsequences: false)
        return try #require(Double(last[column]))
    }

    /// A sigmoid stays under 1, so the error stays above 29/3; Keras 3.15 reaches 10.06 from weights of its own.
    @Test func threePointsReachTheFloorOfASigmoid() throws {
        try run("sigmoid-mlp") { folder in
            let loss = try finalLoss(folder)
            #expect(loss > 29.0 / 3 && loss < 10.2)
        }
    }

    @Test func oneWeightAndOneBiasSeparateTwoPoints() throws {
        try run("logistic-regression") { folder in
            let loss = try finalLoss(folder)
            #expect(loss < 0.1)
        }
    }

    @Test func arraysOfNumPyAreContinuedFrom() throws {
        try run("npy-finetune") { folder in
            let loss = try finalLoss(folder)
            #expect(loss < 0.02)
        }
    }

    @Test func equalRunsLeaveEqualBytes() throws {
        try run("sigmoid-mlp") { first in
            try run("sigmoid-mlp") { second in
                for file in ["model.h5", "metrics.csv", "run.json", "ledger.json"] {
                    let bytes = try [first, second].map { try Data(contentsOf: URL(fileURLWithPath: $0 + "/" + file)) }
                    #expect(bytes[0] == bytes[1] && !bytes[0].isEmpty, "\(file)")
                }
            }
        }
    }
}
