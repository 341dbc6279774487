import Foundation
import Testing

/// A head that is put on after the first step, the phases of an opened recipe, and what a session's folder remembers.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built")) struct ReplHeadTests {
    private func script(_ commands: String, _ path: String = "recipe.json", in folder: String) throws -> Program.Outcome
    {
        try write(commands, to: folder + "/commands.txt")
        return try Program.shell("cd '\(folder)' && \"$F\" repl \(path) --threads 2 < commands.txt")
    }

    private func withModel(_ recipe: String = StoppedRun.recipe, _ body: (String) throws -> Void) throws {
        try withFolder { folder in
            try StoppedRun.prepare(folder, recipe: recipe)
            try body(folder)
        }
    }

    private func bytes(_ folder: String, _ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }

    @Test func aNewHeadInTheMiddleIsAPhase() throws {
        try withModel { folder in
            let outcome = try script(
                """
                policy clear
                train 7 steps
                head 3 --cut flat --hidden 8
                freeze base norm
                show head.dense.kernel
                evaluate
                train 5 steps
                unfreeze base
                rate base x0.1
                train 6 steps
                head 3
                train 4 steps
                undo
                undo
                redo
                train 8 steps
                branch other
                head 3 --cut norm --dropout 0.1
                """, in: folder)
            // Two dimensions that a Dense leaves as they are are no classes.
            #expect(outcome.status == 1 && outcome.diagnostics.contains("line 18"), "\(outcome.diagnostics)")
            #expect(outcome.output.contains("as it began"), "\(outcome.output)")
            let second = try script(
                """
                policy clear
                train 7 steps
                head 3 --cut flat --hidden 8
                freeze base norm
                train 5 steps
                unfreeze base
                rate base x0.1
                train 6 steps
                head 3
                train 4 steps
                undo
                undo
                redo
                train 8 steps
                save mine.h5
                save-recipe mine.json
                show base.kernel
                branch other
                head 3 --cut flat
                train 3 steps
                compare main other
                report
                switch main
                save again.h5
                """, in: folder)
            #expect(second.status == 0, "\(second.diagnostics)")
            #expect(second.output.contains("only main is right on") && second.output.contains("away from its first"))
            #expect(try bytes(folder, "mine.h5") == bytes(folder, "again.h5"))
            let run = try Program.run("mine.json", "-o", "run", "--threads", "2", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            #expect(try bytes(folder, "mine.h5") == bytes(folder, "run/model.h5"))
            let recipe = try String(contentsOfFile: folder + "/mine.json", encoding: .utf8)
            #expect(recipe.components(separatedBy: "\"cut_at\": \"flat\"").count == 3, "\(recipe)")
        }
    }

    /// Wrong heads leave everything as it was.
    @Test(arguments: [
        ("head 2", "one of its 2 classes"), ("head 3 --cut nowhere", "no layer \"nowhere\""),
        ("head", "needs a number"),
        ("head 3 --activation sofmax", "sofmax"), ("data pictures.npz", "cannot change any more"),
        ("use recipe.json", "cannot change any more"), ("set batch_size=8", "cannot change any more"),
    ])
    func whatCannotBeAfterTheFirstStepIsSaid(_ line: String, _ expected: String) throws {
        try withModel { folder in
            let outcome = try script("train 2 steps\n\(line)\ntrain 1 step\n", in: folder)
            #expect(outcome.status == 1 && outcome.diagnostics.contains("line 2"), "\(outcome.diagnostics)")
            #expect(outcome.diagnostics.contains(expected), "\(outcome.diagnostics)")
            #expect(!outcome.output.contains("step 3"))
        }
    }

    @Test func theRecipesPhasesWaitToBeCarriedOut() throws {
        try withModel { folder in
            let outcome = try script(
                """
                phases
                train 3 steps
                train
                train
                phases
                phase gathered
                rate base x0.5
                train
                history
                save mine.h5
                save-recipe mine.json
                """, in: folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            #expect(outcome.diagnostics.contains("its phases are probe, all, more, gathered"))
            let lines = outcome.output.split(separator: "\n")
            // 5 epochs of 8 batches, or fewer where early stopping ends them.
            #expect(lines.contains { $0.hasPrefix(">  1  probe     5 epochs") }, "\(outcome.output)")
            #expect(lines.contains { $0.contains("1  probe") && $0.contains("done") })
            #expect(lines.contains { $0.contains("2  all") && $0.contains("done") && $0.hasPrefix(">") })
            #expect(lines.contains { $0.contains("phase all") })
            let recipe = try String(contentsOfFile: folder + "/mine.json", encoding: .utf8)
            for name in ["probe", "all", "gathered"] { #expect(recipe.contains("\"name\": \"\(name)\"")) }
            #expect(!recipe.contains("\"name\": \"more\""))
            let run = try Program.run("mine.json", "-o", "run", "--threads", "2", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            #expect(try bytes(folder, "mine.h5") == bytes(folder, "run/model.h5"))
        }
    }

    /// A phase of the recipe with a head of its own is carried out as it is written.
    @Test func aRecipeWithHeadsIsCarriedOutPhaseByPhase() throws {
        try withModel(HeadPhaseTests.recipe) { folder in
            let outcome = try script("train\ntrain\ntrain\nphases\nsave mine.h5\nsave-recipe mine.json\n", in: folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            #expect(outcome.output.contains("step 23, epoch") && outcome.output.contains("all are done"))
            let run = try Program.run("mine.json", "-o", "run", "--threads", "2", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            #expect(try bytes(folder, "mine.h5") == bytes(folder, "run/model.h5"))
        }
    }

    @Test func aStepBackIsThereAfterARestart() throws {
        try withModel { folder in
            let first = try script(
                """
                policy clear
                train 7 steps
                save a.h5
                freeze base
                train 9 steps
                save b.h5
                head 3 --hidden 4
                train 5 steps
                save c.h5
                branch other
                train 2 steps
                save d.h5
                undo
                switch main
                undo 2
                """, in: folder)
            #expect(first.status == 0, "\(first.diagnostics)")
            let session = String(try #require(first.diagnostics.components(separatedBy: "finetune repl ").last))
                .trimmingCharacters(
                    in: .newlines)
            let second = try script(
                """
                save b2.h5
                undo 2
                save a2.h5
                curve
                redo 4
                save c2.h5
                switch other
                redo
                save d2.h5
                history
                undo 9
                """, session, in: folder)
            #expect(second.status == 1 && second.diagnostics.contains("undo 9: expected 1 to"), "\(second.diagnostics)")
            for name in ["a", "b", "c", "d"] {
                #expect(try bytes(folder, "\(name).h5") == bytes(folder, "\(name)2.h5"), "\(name)")
            }
            #expect(second.output.contains("train 9 steps  step 16, "))
            // Nothing is left that no moment uses.
            let files = try FileManager.default.contentsOfDirectory(atPath: session + "/snapshots")
            #expect(files.count { $0.hasSuffix(".json") } == 4, "\(files)")
        }
    }

    @Test func commandsSayWhatTheyChange() throws {
        try withModel { folder in
            let outcome = try script(
                """
                policy clear
                augment off
                freeze base norm
                freeze base
                rate out x0.1
                schedule cosine warmup=10
                head 3 --cut flat
                undo
                """, in: folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            let lines = outcome.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 9, "\(outcome.output)")
            #expect(lines[0].hasPrefix("recipe: 4 tensors train, 203 of 251 parameters; "), "\(lines[0])")
            #expect(lines[1].contains("2 tensors changed; 6 tensors train, 243 of 251 parameters"), "\(lines[1])")
            #expect(
                lines[3].contains("2 tensors train, 195 of 251") && lines[3].contains("of memory, was"), "\(lines[3])")
            #expect(lines[4].hasPrefix("nothing changed; 2 tensors train"), "\(lines[4])")
            #expect(lines[5].contains("2 tensors changed"), "\(lines[5])")
            #expect(lines[6].contains("schedule") && lines[6].contains("cosine"), "\(lines[6])")
        }
    }
}
