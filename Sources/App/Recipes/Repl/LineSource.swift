import CLineEdit
import Glibc
import Tensors

/// Where commands come from.
protocol LineSource: AnyObject {
    /// Whether a person types them.
    var isInteractive: Bool { get }
    /// The next line; nil at the end.
    func next(prompt: String) -> String?
}

/// Commands from a pipe or a file.
final class PipedLines: LineSource {
    let isInteractive = false
    func next(prompt: String) -> String? { readLine(strippingNewline: true) }
}

/// Commands from a terminal, edited with libedit.
final class TypedLines: LineSource {
    let isInteractive = true
    private let complete: (String) -> Completion
    private var editor: OpaquePointer?

    /// - Parameters:
    ///   - history: a file that is kept between sessions; nil for none.
    ///   - complete: what Tab makes of the line up to the cursor.
    init(history: String?, complete: @escaping (String) -> Completion) {
        self.complete = complete
        let context = Unmanaged.passUnretained(self).toOpaque()
        editor = cl_open(
            "finetune", history,
            { context, line in
                guard let context, let line else { return cl_completion() }
                let owner = Unmanaged<TypedLines>.fromOpaque(context).takeUnretainedValue()
                let found = owner.complete(String(cString: line))
                return cl_completion(
                    inserted: found.inserted.isEmpty ? nil : strdup(found.inserted),
                    shown: found.shown.isEmpty ? nil : strdup(found.shown))
            }, context)
    }

    deinit { if let editor { cl_close(editor) } }

    func next(prompt: String) -> String? {
        guard let editor else {
            // No terminal that could be edited on: a plain line does.
            print(prompt, terminator: "")
            fflush(nil)
            return readLine(strippingNewline: true)
        }
        cl_set_prompt(editor, prompt)
        guard let line = cl_read(editor) else { return nil }
        defer { free(line) }
        let text = String(cString: line)
        if text.contains(where: { $0 != " " }) { cl_remember(editor, line) }
        return text
    }

    /// The history's file, below the user's state folder, which is made; nil where that cannot be.
    static func historyFile() -> String? {
        func variable(_ name: String) -> String? {
            guard let value = getenv(name).map({ String(cString: $0) }), value.hasPrefix("/") else { return nil }
            return value
        }
        guard let base = variable("XDG_STATE_HOME") ?? variable("HOME").map({ $0 + "/.local/state" }) else {
            return nil
        }
        let folder = base + "/finetune"
        guard (try? makeFolder(folder, mode: 0o700)) != nil else { return nil }
        return folder + "/history"
    }
}
