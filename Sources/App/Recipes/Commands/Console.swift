import Glibc

/// The two streams of a command line program: results on standard output, everything else on standard error.
package final class Console: @unchecked Sendable {
    private let output: Int32
    private let diagnostics: Int32
    /// Why standard output could not be written, or nil. A reader that went away is no failure.
    package private(set) var failure: String?

    /// - Parameters: file descriptors.
    package init(output: Int32 = 1, diagnostics: Int32 = 2) {
        self.output = output
        self.diagnostics = diagnostics
    }

    /// A result, with a line feed.
    package func print(_ text: String) { write(text + "\n") }

    /// A result as it is.
    package func write(_ text: String) {
        guard failure == nil else { return }
        if let code = Console.write(text, to: output), code != EPIPE { failure = String(cString: strerror(code)) }
    }

    /// Something about the work, with a line feed.
    package func note(_ text: String) { _ = Console.write(text + "\n", to: diagnostics) }

    package var outputIsTerminal: Bool { isatty(output) == 1 }
    package var diagnosticsIsTerminal: Bool { isatty(diagnostics) == 1 }

    /// Whether diagnostics may be coloured: on a terminal that can, unless `NO_COLOR` says not to.
    package var usesColor: Bool {
        guard diagnosticsIsTerminal, getenv("NO_COLOR").map({ $0.pointee == 0 }) ?? true else { return false }
        return getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// - Returns: the error number of a write that failed.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                if count < 0 { return errno }
                written += count
            }
            return nil
        }
    }
}
