import CProcess
import Glibc
import Synchronization
import Tensors

/// Reads the index of an HDF5 file: libhdf5 does so in a process of its own, which can do nothing else.
enum HDF5Reader {
    /// Not every build of libhdf5 may be entered by two threads at once. In this process only writing does.
    static let library = Mutex(())

    /// - Parameters:
    ///   - descriptor: the file, open for reading. It is never opened again by its name, so that what is read is what the
    ///     caller has mapped; it need not have a name.
    ///   - path: for messages.
    /// - Throws: `CheckpointError`; links that are not hard links, storage outside the file, and sizes that cannot be
    ///   honest are refused by name; so is a file on which libhdf5 crashes or does not come back.
    static func contents(of descriptor: Int32, path: String) throws -> HDF5Contents {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError(operation: "read", path: path) }
        let limits = HDF5Limits(fileSize: Int(status.st_size))
        let memory = try MemoryFile(origin: path)
        let room = try memory.reserve(limits.convertedBytes)
        var index = HDF5IndexReader(limits: limits, room: room)
        let child = try HDF5ChildProcess(reading: descriptor, into: memory, path: path)
        let end: HDF5ChildProcess.End
        do throws(HDF5IndexError) {
            end = try child.run(limits: limits) { bytes throws(HDF5IndexError) in try index.append(bytes) }
        } catch {
            throw damaged(path, "libhdf5 reports what cannot be (\(error.problem))")
        }
        if let failure = index.failure { throw failure.error(path: path) }
        guard let count = index.convertedBytes else { throw damaged(path, end.sentence) }
        var contents = index.finish()
        contents.converted = try memory.mapped(size: count)
        return contents
    }

    private static func damaged(_ path: String, _ problem: String) -> CheckpointError {
        .damaged(path: path, place: "", problem: problem)
    }
}

extension HDF5IndexReader.Failure {
    fileprivate func error(path: String) -> CheckpointError {
        switch code {
        case .damaged: .damaged(path: path, place: place, problem: text)
        case .refused: .refused(path: path, place: place, reason: text)
        case .unsupported: .unsupported(path: path, place: place, feature: text)
        }
    }
}
