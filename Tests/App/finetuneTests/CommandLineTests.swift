import JSON
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct CommandLineTests {
    @Test func aloneItShowsHelp() throws {
        let outcome = try Program.run()
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("USAGE: finetune RECIPE"))
        #expect(outcome.diagnostics.isEmpty)
        #expect(try Program.run("--help").output == outcome.output)
        for verb in [
            "run", "resume", "check", "plan", "explain", "lr-find", "profile", "inspect", "predict", "evaluate",
            "convert", "ls",
            "cp",
            "schema",
        ] {
            let help = try Program.run(verb, "--help")
            #expect(help.status == 0)
            #expect(help.output.contains("USAGE: finetune \(verb)"), "\(verb)")
        }
    }

    @Test func saysItsVersion() throws {
        let outcome = try Program.run("--version")
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: ".").count == 3)
    }

    @Test func slipsOfTheFingerGetAHint() throws {
        let slip = try Program.run("chekc", "recipes/lenet5.json")
        #expect(slip.status == 2)
        #expect(slip.diagnostics == "finetune: there is no command or recipe \"chekc\"; did you mean \"check\"?\n")
        #expect(slip.output.isEmpty)
        let ready = try Program.run("lenet5", folder: "/")
        #expect(ready.status == 2)
        #expect(
            ready.diagnostics
                == "finetune: there is no recipe lenet5 here; a ready one is called that: finetune cp lenet5\n")
        let flag = try Program.run("check", "recipes/lenet5.json", "--quiett")
        #expect(flag.status == 2)
        #expect(flag.diagnostics.contains("--quiet"))
        #expect(try Program.run("check").status == 2)
        #expect(try Program.run("run", "recipes/lenet5.json", "--threads", "0").status == 2)
    }

    @Test func checkReportsEverythingAtOnce() throws {
        let outcome = try Program.run(
            "check", "recipes/sigmoid-mlp.json", "--set", "data.batch_size=many", "--set", "optimizr.lr=1")
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.diagnostics == """
                --set optimizr.lr: optimizr: unknown key; did you mean "optimizer"?
                --set data.batch_size: expected a whole number of at least 1, found "many"; for example 32

                """)
        let fine = try Program.run("check", "recipes/sigmoid-mlp.json", "--set", "epochs=3")
        #expect(fine.status == 0)
        #expect(fine.diagnostics.isEmpty)
        #expect(try Program.run("check", "--quiet", "recipes/sigmoid-mlp.json").output.isEmpty)
        let missing = try Program.run("check", "recipes/sigmoid-mpl.json")
        #expect(missing.status == 2)
        #expect(
            missing.diagnostics
                == "finetune: there is no recipe recipes/sigmoid-mpl.json; did you mean \"sigmoid-mlp.json\", which is there?\n"
        )
    }

    @Test func listsAndCopiesFromAnyFolder() throws {
        let list = try Program.run("ls", folder: "/")
        #expect(list.status == 0)
        #expect(list.output.split(separator: "\n").contains { $0.hasPrefix("fashion-transfer ") })
        let json = try JSON(parsing: Program.run("ls", "--json", folder: "/").output)
        #expect(json.array?.count == list.output.split(separator: "\n").count)
        let copied = try Program.shell(
            "set -e; d=$(mktemp -d); cd $d; \"$F\" cp npy-finetune; \"$F\" check npy-finetune.json; rm -r $d")
        #expect(copied.status == 0)
        #expect(
            copied.output == """
                npy-finetune.json
                npy-finetune.json: no problems; npy-finetune, 1 phase
                  phase-1: 3 of 3 parameters train

                """)
    }

    @Test func theSchemaIsJSON() throws {
        let outcome = try Program.run("schema")
        #expect(outcome.status == 0)
        #expect(try JSON(parsing: outcome.output)["properties"]?["phases"] != nil)
    }

    @Test func survivesAReaderThatGoesAwayAndAFullDisk() throws {
        #expect(try Program.shell("\"$F\" schema | head -1; exit ${PIPESTATUS[0]}").status == 0)
        let full = try Program.shell("\"$F\" schema > /dev/full")
        #expect(full.status == 1)
        #expect(full.diagnostics == "finetune: cannot write to standard output: No space left on device\n")
    }
}
