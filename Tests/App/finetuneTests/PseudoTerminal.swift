import CTestTerminal
import Foundation
import Glibc
import Testing

/// The program on a terminal of its own, typed at as a person would.
final class PseudoTerminal {
    private let control: Int32
    private let process: pid_t
    /// Everything that was shown.
    private(set) var shown = ""
    private var looked = 0

    /// - Throws: a failed expectation where there is no terminal to be had.
    init(
        _ arguments: [String], folder: String, columns: UInt16 = 80, environment: [String: String] = [:]
    ) throws {
        var variables = ProcessInfo.processInfo.environment
        variables.merge(["TERM": "xterm", "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": folder + "/state"]) { $1 }
        variables["NO_COLOR"] = nil
        variables.merge(environment) { $1 }
        let path = Program.path ?? ""
        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var end: Int32 = -1
        let process = ct_start_on_terminal(path, &argv, &envp, folder, columns, &end)
        try #require(process > 0, "there is no terminal to be had")
        self.process = process
        control = end
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(control)
    }

    func resize(columns: UInt16) { ct_resize(control, columns) }

    func type(_ text: String) {
        var text = text
        text.withUTF8 { bytes in _ = write(control, bytes.baseAddress!, bytes.count) }
    }

    /// Waits until a text is shown after what was waited for before.
    /// - Returns: everything from there up to it.
    @discardableResult
    func wait(for text: String, seconds: Int = 60, _ location: SourceLocation = #_sourceLocation) throws -> String {
        for _ in 0..<seconds * 20 {
            let fresh = shown.dropFirst(looked)
            if let found = fresh.range(of: text) {
                let part = String(fresh[..<found.upperBound])
                looked += part.count
                return part
            }
            guard read() else { break }
        }
        let seen = String(shown.dropFirst(looked))
        try #require(Bool(false), "\"\(text)\" did not come, but: \(seen.debugDescription)", sourceLocation: location)
        return ""
    }

    /// Takes what is there, within a twentieth of a second.
    /// - Returns: false where the program has gone.
    private func read() -> Bool {
        var descriptor = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 50) > 0 else { return true }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(control, &buffer, buffer.count)
        guard count > 0 else { return false }
        shown += String(decoding: buffer.prefix(count), as: UTF8.self)
        return true
    }

    /// Waits for the end.
    /// - Parameter text: typed now, and every other second again.
    /// - Returns: the exit status.
    func end(typing text: String = "") throws -> Int32 {
        for attempt in 0..<1200 {
            if attempt % 40 == 0, !text.isEmpty { type(text) }
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) == process { return (status >> 8) & 0xFF }
            _ = read()
            usleep(10_000)
        }
        try #require(Bool(false), "the program does not end; it showed \(shown.suffix(400).debugDescription)")
        return -1
    }
}
