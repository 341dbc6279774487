import Foundation
import Testing

/// The prompt on a real terminal: typing, completion, history, Ctrl-C, Ctrl-D, narrow windows, plain characters.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built")) struct ReplTerminalTests {
    private func withPrompt(
        columns: UInt16 = 80, environment: [String: String] = [:], _ body: (PseudoTerminal, String) throws -> Void
    ) throws {
        try withFolder { folder in
            try StoppedRun.prepare(folder)
            let terminal = try PseudoTerminal(
                ["repl", "recipe.json", "--threads", "2"], folder: folder, columns: columns, environment: environment)
            try terminal.wait(for: "recipe> ")
            try body(terminal, folder)
        }
    }

    @Test func wordsAreCompletedAndLinesAreRemembered() throws {
        try withPrompt { terminal, _ in
            terminal.type("unfr\tba\t\n")
            try terminal.wait(for: "6 tensors train")
            try terminal.wait(for: "recipe> ")
            // Two possibilities are listed.
            terminal.type("save\t")
            try terminal.wait(for: "save-recipe")
            terminal.type("\u{03}")
            try terminal.wait(for: "^C")
            try terminal.wait(for: "recipe> ")
            // The arrow up brings the last line back.
            terminal.type("\u{1B}[A")
            try terminal.wait(for: "unfreeze base")
            terminal.type("\n")
            try terminal.wait(for: "tensors train")
            #expect(try terminal.end(typing: "\u{15}\u{04}") == 0)
        }
    }

    @Test func controlCPausesTraining() throws {
        try withPrompt { terminal, folder in
            terminal.type("train 1000000 steps\n")
            try terminal.wait(for: "step ")
            terminal.type("\u{03}")
            try terminal.wait(for: "paused, continue goes on")
            try terminal.wait(for: "> ")
            terminal.type("freeze base\n")
            try terminal.wait(for: "tensors train")
            terminal.type("train 5 steps\n")
            try terminal.wait(for: "epoch")
            terminal.type("save-recipe mine.json\n")
            try terminal.wait(for: "wrote mine.json")
            terminal.type("save mine.h5\n")
            try terminal.wait(for: "wrote mine.h5")
            terminal.type("quit\n")
            #expect(try terminal.end() == 0)
            let again = try Program.run("mine.json", "-o", "again", "--threads", "2", folder: folder)
            #expect(again.status == 0, "\(again.diagnostics)")
            func bytes(_ name: String) throws -> Data {
                try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            }
            #expect(try bytes("mine.h5") == bytes("again/model.h5"))
        }
    }

    @Test func aWrongLineLeavesThePrompt() throws {
        try withPrompt { terminal, _ in
            terminal.type("freez base\n")
            try terminal.wait(for: "did you mean \"freeze\"?")
            try terminal.wait(for: "recipe> ")
            terminal.type("quit\n")
            #expect(try terminal.end() == 0)
        }
    }

    @Test func theHistoryOutlivesTheSession() throws {
        try withFolder { folder in
            try StoppedRun.prepare(folder)
            for isSecond in [false, true] {
                let terminal = try PseudoTerminal(["repl", "recipe.json"], folder: folder)
                try terminal.wait(for: "recipe> ")
                terminal.type(isSecond ? "\u{1B}[A\n" : "layers out\n")
                try terminal.wait(for: "layers out")
                try terminal.wait(for: "parameters")
                try terminal.wait(for: "recipe> ")
                #expect(try terminal.end(typing: "\u{15}\u{04}") == 0)
            }
        }
    }

    @Test func tablesFitTheWindow() throws {
        try withPrompt(columns: 40) { terminal, _ in
            terminal.type("layers\n")
            try terminal.wait(for: "layers")
            let table = try terminal.wait(for: "recipe> ")
            let lines = table.split(whereSeparator: \.isNewline).filter { $0.contains("base") || $0.contains("norm") }
            #expect(lines.count >= 2 && lines.allSatisfy { $0.count <= 40 }, "\(lines)")
            terminal.resize(columns: 120)
            terminal.type("layers\n")
            try terminal.wait(for: "batch norm")
        }
    }

    @Test func plainTerminalsGetPlainCharacters() throws {
        try withPrompt(environment: ["LC_ALL": "C", "NO_COLOR": "1"]) { terminal, _ in
            terminal.type("layers\n")
            try terminal.wait(for: "* trains")
            terminal.type("show out\n")
            try terminal.wait(for: "norm")
            terminal.type("train 1 epoch\n")
            try terminal.wait(for: "epoch 1")
            terminal.type("quit\n")
            #expect(try terminal.end() == 0)
            let printed = terminal.shown.unicodeScalars.filter { $0.value > 127 }
            #expect(printed.isEmpty, "\(printed.map { String($0) }.joined())")
            #expect(!terminal.shown.contains("\u{1B}[3"))
        }
    }
}
