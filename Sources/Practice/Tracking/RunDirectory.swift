import Glibc
import Tensors

/// A run's own folder: chosen, made and locked when this is created, unlocked when the last reference ends.
package final class RunDirectory: Sendable {
    package let path: String
    private let lock: RunLock

    /// What a run writes into its folder. `finetune` reads the same names back.
    package enum File: String, CaseIterable, Sendable {
        case recipe = "recipe.json"
        case record = "run.json"
        case ledger = "ledger.json"
        case metrics = "metrics.csv"
        case timing = "timing.csv"
        case events = "events.jsonl"
        case model = "model.h5"
        case report = "report.html"
        case tensorBoard = "tensorboard/events.out.tfevents.0.finetune"
        case predictionSummary = "predictions/summary.json"
        case testPredictions = "predictions/test.safetensors"
        case validationPredictions = "predictions/validation.safetensors"

        /// Written as the run goes: left over from an earlier run they would be taken for this one's.
        fileprivate var belongsToOneRun: Bool { self != .recipe && self != .model }
    }

    /// `<output>/<name>-<UTC yyyymmdd-hhmmss>`, with `-2`, `-3`, … where that exists.
    package static func create(output: String, name: String, date: UTCDate = .now()) throws -> RunDirectory {
        try makeFolder(output)
        let base = joined(output, folderName(name) + "-" + date.stamp)
        for attempt in 1... {
            let path = attempt == 1 ? base : base + "-\(attempt)"
            if try makeFolderUnlessTaken(path) { return try RunDirectory(locking: path) }
        }
        fatalError("unreachable: the loop has no end")
    }

    /// Exactly `path`, which must be absent or empty unless `force`. What an earlier run recorded there is then
    /// removed; its model and recipe stay until this run's replace them, since this run may start from them.
    package static func create(at path: String, force: Bool = false) throws -> RunDirectory {
        try makeFolder(path)
        let occupants = (folderEntries(path) ?? []).filter { $0 != RunLock.fileName }
        guard occupants.isEmpty || force else {
            throw RunDirectoryError.notEmpty(folder: path, entry: occupants[0], isRun: occupants.contains("run.json"))
        }
        let directory = try RunDirectory(locking: path)
        if occupants.contains(File.record.rawValue) {
            for file in File.allCases where file.belongsToOneRun { unlink(directory.path(of: file)) }
            let snapshots = directory.snapshots
            for name in folderEntries(snapshots) ?? [] { unlink(joined(snapshots, name)) }
        }
        return directory
    }

    /// An existing run's folder, to go on in or to write its report again.
    package init(locking path: String) throws {
        self.path = path
        lock = try RunLock.take(path)
    }

    package func path(of file: File) -> String { joined(path, file.rawValue) }

    /// Makes the folder within the run's that a file lies in, where it lies in one.
    /// - Throws: `SystemError`.
    func makeParent(of file: File) throws {
        guard let slash = file.rawValue.lastIndex(of: "/") else { return }
        try Tensors.makeFolder(joined(path, String(file.rawValue[..<slash])))
    }

    /// The folder of what a stopped run goes on from; it need not exist.
    package var snapshots: String { joined(path, "snapshots") }

    /// The folder of what the model gave for each example it was measured on; it need not exist.
    private var predictions: String { joined(path, "predictions") }

    /// Cuts a log back to its first `size` bytes: what came after them is going to happen again.
    /// - Throws: `RunDirectoryError.cutShort` where there are fewer and they may not be lost, or `SystemError`.
    package func cut(_ file: File, to size: Int) throws {
        let path = path(of: file)
        var status = stat()
        guard stat(path, &status) == 0, Int(status.st_size) >= size else {
            if file == .timing { return }
            // Begun anew: it is a copy of what other files hold, and a record that was cut off would spoil those behind it.
            if file == .tensorBoard {
                unlink(path)
                return
            }
            throw RunDirectoryError.cutShort(file: path, size: size)
        }
        guard truncate(path, off_t(size)) == 0 else { throw SystemError(operation: "write", path: path) }
    }

    /// Removes what a killed process left of files that it was writing.
    package func removePartialFiles() {
        for folder in [path, snapshots, predictions] {
            for name in folderEntries(folder) ?? [] where AtomicFile.isPartial(name) { unlink(joined(folder, name)) }
        }
    }

    /// Writes the whole of a file, or leaves the old one as it is. It outlives a loss of power once `makeLast` was called.
    package func write(_ text: String, to file: File) throws {
        try writing(file) { try AtomicFile.write(text, to: $0) }
    }

    /// Lets `body` write a file at the path it is given. Where it replaces an earlier run's, from which this one may have
    /// begun, it is made to last before it does.
    package func writing<Result>(_ file: File, _ body: (String) throws -> Result) throws -> Result {
        try makeParent(of: file)
        let path = path(of: file)
        let isPrecious = !file.belongsToOneRun && fileExists(path)
        return try isPrecious ? body(path) : FileOperations.puttingOffFlushes { try body(path) }
    }

    /// Makes all that was written so far last through a loss of power.
    /// - Throws: `SystemError`.
    package func makeLast() throws {
        let lasting = File.allCases.filter { $0 != .timing }
        for folder in [predictions, joined(path, "tensorboard")] where fileExists(folder) { try flushFolder(folder) }
        try Tensors.makeLast(lasting.map { path(of: $0) }, in: path)
    }

    private static func makeFolderUnlessTaken(_ path: String) throws -> Bool {
        if mkdir(path, 0o755) == 0 { return true }
        guard errno == EEXIST else { throw SystemError(operation: "make the folder", path: path) }
        return false
    }

    /// A recipe's name as a folder name: separators and control characters become `-`.
    private static func folderName(_ name: String) -> String {
        let safe = name.unicodeScalars.map { $0 == "/" || $0.value < 0x20 || $0.value == 0x7F ? "-" : Character($0) }
        let text = String(safe)
        return text.isEmpty || text.hasPrefix(".") ? "run" + text : text
    }
}

package enum RunDirectoryError: Error, CustomStringConvertible, Equatable {
    case notEmpty(folder: String, entry: String, isRun: Bool)
    case inUse(folder: String, holder: Int?)
    /// A log has lost lines that were written and flushed.
    case cutShort(file: String, size: Int)

    package var description: String {
        switch self {
        case .notEmpty(let folder, let entry, let isRun):
            let content = isRun ? "holds an earlier run" : "is not empty (it holds \(entry))"
            return "the run folder \(folder) \(content): name another with -o, or overwrite it with --force"
        case .inUse(let folder, let holder):
            let who = holder.map { "process \($0)" } ?? "another process"
            return "the run folder \(folder) is in use by \(who): wait for it, end it, or name another folder with -o"
        case .cutShort(let file, let size):
            return
                "\(file) is shorter than the \(size) bytes it had when the snapshot was taken: something changed it, "
                + "and the run cannot go on exactly; begin it anew with finetune run"
        }
    }
}
