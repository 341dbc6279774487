import Glibc
import Tracking

/// `finetune repl`.
package struct ReplOptions: Sendable, Hashable {
    /// A model, a recipe, a run's folder or a session's; nil: to be said at the prompt.
    package var path: String?
    package var threads: Int?

    package init(path: String? = nil, threads: Int? = nil) {
        self.path = path
        self.threads = threads
    }
}

extension Commands {
    /// Works on a model by hand: a prompt on a terminal, a script from a pipe.
    package static func repl(_ options: ReplOptions, console: Console) throws -> ExitStatus {
        let prompt = Prompt(console, terminal: .standardOutput(), threads: options.threads)
        if let path = options.path { try prompt.open(path) }
        guard isatty(STDIN_FILENO) == 1 else { return prompt.run(PipedLines()) }
        let lines = TypedLines(history: TypedLines.historyFile()) { prompt.complete($0) }
        return prompt.run(lines)
    }
}
