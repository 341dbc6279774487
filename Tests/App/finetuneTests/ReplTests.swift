import Foundation
import Testing

/// `finetune repl` as a script: the same commands as at a prompt.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built")) struct ReplTests {
    /// Runs commands in a folder with a network, pictures and a recipe.
    private func script(_ commands: String, _ path: String = "recipe.json", in folder: String) throws -> Program.Outcome
    {
        try write(commands, to: folder + "/commands.txt")
        return try Program.shell("cd '\(folder)' && \"$F\" repl \(path) --threads 2 < commands.txt")
    }

    private func withStoppedRun(_ body: (StoppedRun) throws -> Void) throws {
        try withFolder { folder in try body(StoppedRun(in: folder)) }
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test func whatWasDoneIsARecipeThatGivesTheSameBytes() throws {
        try withStoppedRun { run in
            let outcome = try script(
                """
                policy clear
                freeze base norm
                optimizer adam learning_rate=0.02
                schedule cosine warmup=0.1
                train 15 steps
                unfreeze base
                rate base x0.1
                augment flip=horizontal
                train 1 epoch
                undo
                augment off
                optimizer sgd momentum=0.9 learning_rate=0.01
                batch-norm norm train
                train 1 epoch
                set accumulate=2 clip_norm=1
                train 5 steps
                evaluate validation
                save mine.h5
                save-recipe mine.json
                """, in: run.folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            let again = try Program.run("mine.json", "-o", "again", "--threads", "2", folder: run.folder)
            #expect(again.status == 0, "\(again.diagnostics)")
            #expect(try bytes(run.path("mine.h5")) == bytes(run.path("again/model.h5")))
            let recipe = try String(contentsOfFile: run.path("mine.json"), encoding: .utf8)
            #expect(recipe.contains("\"continue\": true") && !recipe.contains("flip"))
        }
    }

    @Test func undoAndRedoGiveTheSameBytes() throws {
        try withStoppedRun { run in
            let outcome = try script(
                """
                train 7 steps
                save a.h5
                train 9 steps
                save b.h5
                undo
                save c.h5
                redo
                save d.h5
                undo 2
                branch other
                train 7 steps
                save e.h5
                switch main
                redo 2
                save f.h5
                compare main other
                history
                """, in: run.folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            func same(_ one: String, _ other: String) throws -> Bool {
                try bytes(run.path(one)) == bytes(run.path(other))
            }
            #expect(try same("a.h5", "c.h5") && same("b.h5", "d.h5") && same("a.h5", "e.h5") && same("b.h5", "f.h5"))
            #expect(try !same("a.h5", "b.h5"))
            #expect(outcome.output.contains("only main is right on"))
            #expect(outcome.output.contains("> 2  train 9 steps"))
        }
    }

    /// A wrong command ends a script with its line, and changes nothing before that.
    @Test(arguments: [
        ("freez base", "did you mean \"freeze\""), ("freeze bsae", "did you mean"),
        ("train two epochs", "expected train 2 epochs"),
        ("rate base fast", "expected rate PATTERN"), ("head classes --cut nowhere", "nowhere"),
        ("head classes --hidden", "needs a value"), ("optimizer adamm", "did you mean \"adam\""),
        ("optimizer adam learning_rate=-1", "learning_rate"), ("schedule cosine warmup=x", "warmup"),
        ("continue", "nothing is paused"), ("undo", "nothing to undo"), ("redo", "nothing to redo"),
        ("switch nowhere", "no line nowhere"), ("save model.txt", "the ending says the format"),
        ("save-recipe x.json", "nothing was trained"), ("set gradual=1", "a matter of train"),
        ("set clip_norm=no", "clip_norm"), ("augment flip=sideways", "flip"), ("freeze \"base", "never closed"),
        ("activations nothing", "no layer matches"), ("data nowhere.csv", "no file or folder nowhere.csv"),
        ("use nowhere.json", "no recipe nowhere.json"), ("predict nowhere.png", "no file nowhere.png"),
        ("report", "nothing was trained"), ("compare main", "needs two lines"),
        ("batch-norm base slow", "expected batch-norm"),
        ("precision float99", "precision"), ("curve", "nothing was evaluated"), ("lr-find steps=1", "at least 3"),
    ])
    func aWrongLineIsSaid(_ line: String, _ expected: String) throws {
        try withFolder { folder in
            let run = try SmallModel(in: folder)
            let outcome = try script("policy\n\(line)\nlayers\n", in: run.folder)
            #expect(outcome.status == 1)
            #expect(
                outcome.diagnostics.contains("line 2") && outcome.diagnostics.contains(expected),
                "\(outcome.diagnostics)")
            #expect(!outcome.diagnostics.contains("internal error"))
            #expect(!outcome.output.contains("trains"), "\(outcome.output)")
        }
    }

    /// Typed one after another, rules may freeze everything for a while; only training needs something to train.
    @Test func everythingMayBeFrozenForAWhile() throws {
        try withFolder { folder in
            try StoppedRun.prepare(folder)
            let outcome = try script("freeze **\nunfreeze out\ntrain 2 steps\nfreeze **\ntrain 1 step\n", in: folder)
            #expect(outcome.status == 1 && outcome.output.contains("step 2, epoch 0"))
            #expect(outcome.diagnostics.contains("line 5") && outcome.diagnostics.contains("nothing trains"))
        }
    }

    /// Only files, no run.
    private struct SmallModel {
        let folder: String
        init(in folder: String) throws {
            self.folder = folder
            try StoppedRun.prepare(folder)
        }
    }

    @Test func aModelAloneCanBeLookedAt() throws {
        try withStoppedRun { run in
            let outcome = try script(
                """
                layers
                show base
                ledger
                freeze base
                layers base
                train 1 epoch
                """, "whole/model.h5", in: run.folder)
            #expect(outcome.status == 1 && outcome.diagnostics.contains("training needs data"))
            #expect(
                outcome.output.contains("base.kernel  3×3×1×4  kernel") && outcome.output.contains("as in the file"))
        }
    }

    @Test func lookingChangesNothing() throws {
        try withStoppedRun { run in
            let looks = """
                layers
                show base out.kernel
                activations base
                gradients
                explain base
                plan
                curve
                suggest 2
                lr-find steps=12
                evaluate
                policy
                history
                predict pictures.npz
                """
            let looking = try script("train 9 steps\n\(looks)\ntrain 9 steps\nsave a.h5\nreport\n", in: run.folder)
            #expect(looking.status == 0, "\(looking.diagnostics)")
            let plain = try script("train 9 steps\ntrain 9 steps\nsave b.h5\n", in: run.folder)
            #expect(plain.status == 0, "\(plain.diagnostics)")
            #expect(try bytes(run.path("a.h5")) == bytes(run.path("b.h5")))
            let report = try #require(looking.output.split(separator: "\n").last.map(String.init))
            #expect(FileManager.default.fileExists(atPath: report), "\(report)")
        }
    }

    /// Ctrl-C ends a script after the step under way; the session can be gone on with.
    @Test func anInterruptedScriptEnds() throws {
        try withFolder { folder in
            try StoppedRun.prepare(folder)
            try write("train 1000000 steps\nevaluate\n", to: folder + "/commands.txt")
            let outcome = try Program.shell(
                """
                cd '\(folder)'; "$F" repl recipe.json < commands.txt > out 2> err &
                while ! grep -q 'epoch 1/' err; do sleep 0.05; done; kill -INT $!; wait $!; echo status $?; cat err
                """)
            #expect(outcome.output.contains("status 130") && outcome.output.contains("to go on: finetune repl"))
            #expect(!outcome.output.contains("validation,"))
        }
    }

    /// What a killed session left is gone on with.
    @Test func aSessionIsGoneOnWith() throws {
        try withStoppedRun { run in
            let first = try script("train 7 steps\nunfreeze **\nrate base x0.5\n", in: run.folder)
            let folder = try #require(first.diagnostics.firstMatch(of: /finetune repl (\S+)/)?.1)
            let second = try script("train 5 steps\nsave a.h5\nsave-recipe a.json\n", String(folder), in: run.folder)
            #expect(second.status == 0, "\(second.diagnostics)")
            let whole = try script(
                "train 7 steps\nunfreeze **\nrate base x0.5\ntrain 5 steps\nsave b.h5\n", in: run.folder)
            #expect(whole.status == 0)
            #expect(try bytes(run.path("a.h5")) == bytes(run.path("b.h5")))
        }
    }
}
