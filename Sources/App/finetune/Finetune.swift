import ArgumentParser
import Glibc
import Recipes

/// The program.
@main struct Finetune: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "finetune",
        abstract: "Fine-tunes a pretrained model as a recipe says.",
        usage: "finetune RECIPE [options]\nfinetune VERB …",
        discussion: "finetune RECIPE is the main job, the same as finetune run RECIPE.",
        version: version,
        subcommands: [
            Run.self, Resume.self, Compare.self, Runs.self, Report.self, Check.self, Plan.self, Explain.self,
            LearningRateFind.self, Profile.self, Inspect.self, Predict.self, Evaluate.self, Convert.self, List.self,
            Copy.self, Schema.self, Repl.self,
        ],
        defaultSubcommand: Run.self)

    static func main() {
        // Before anything else: this process may have been started by another of its kind, to read a file.
        Commands.readFileIfAsked(CommandLine.arguments)
        // A reader that goes away ends its pipe, not a training run.
        signal(SIGPIPE, SIG_IGN)
        let status = perform(Array(CommandLine.arguments.dropFirst()), Console())
        // Without the libraries' own endings: a thread that still hashes a file would meet a libcrypto that is gone.
        fflush(nil)
        _exit(status.rawValue)
    }

    /// Parses, runs, and says what went wrong: the one place where errors become sentences and statuses.
    static func perform(_ arguments: [String], _ console: Console) -> ExitStatus {
        do {
            guard !arguments.isEmpty else {
                console.print(helpMessage())
                return .done
            }
            try Dispatch.check(arguments)
            var command = try parseAsRoot(arguments)
            guard let verb = command as? any Verb else {
                // Help and the like: what they say is thrown.
                try command.run()
                return .done
            }
            let status = try verb.perform(console)
            guard let failure = console.failure else { return status }
            console.note("finetune: cannot write to standard output: \(failure)")
            return .failed
        } catch let error where exitCode(for: error) == .success {
            console.print(fullMessage(for: error))
            return .done
        } catch let error where Finetune.isUsage(error) {
            console.note(fullMessage(for: error))
            return .misuse
        } catch {
            return console.report(error)
        }
    }

    /// Whether the argument parser has something to say about the command line.
    private static func isUsage(_ error: any Error) -> Bool { exitCode(for: error) == .validationFailure }
}

/// A verb of the command line.
protocol Verb: ParsableCommand {
    func perform(_ console: Console) throws -> ExitStatus
}
