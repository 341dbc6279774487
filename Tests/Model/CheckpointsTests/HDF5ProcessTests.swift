import Foundation
import Tensors
import Testing

@testable import Checkpoints

/// The process that reads HDF5: that it ends well, and what is said when it does not.
@Suite struct HDF5ProcessTests {
    /// Starts one on a fixture, does something to it, and sees how it ends.
    private func end(
        silenceMilliseconds: Int = 60_000, _ act: (pid_t) -> Void
    ) throws -> (end: HDF5ChildProcess.End, isGone: Bool) {
        let descriptor = open(fixture("types.h5"), O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let memory = try MemoryFile(origin: "test")
        _ = try memory.reserve(1 << 20)
        let child = try HDF5ChildProcess(reading: descriptor, into: memory, path: "test")
        let process = child.process
        act(process)
        let limits = HDF5Limits(fileSize: 0, silenceMilliseconds: silenceMilliseconds)
        let end = try child.run(limits: limits) { _ in }
        return (end, kill(process, 0) != 0)
    }

    @Test func leftAloneItEndsWithoutAWord() throws {
        let (end, isGone) = try end { _ in }
        #expect(end == .status(0) && isGone)
    }

    @Test(arguments: [SIGSEGV, SIGABRT, SIGKILL])
    func oneThatDiesIsASentence(signal: Int32) throws {
        let (end, isGone) = try end { kill($0, signal) }
        #expect(end == .signal(signal) && isGone)
        #expect(end.sentence == "reading it crashed libhdf5 (\(String(cString: strsignal(signal))))")
    }

    @Test func oneThatComputesTooLongIsASentence() throws {
        let (end, _) = try end { kill($0, SIGXCPU) }
        #expect(end.sentence == "reading it took libhdf5 longer than any file of its size takes")
    }

    @Test func oneThatStandsStillIsEnded() throws {
        let (end, isGone) = try end(silenceMilliseconds: 300) { kill($0, SIGSTOP) }
        guard case .silent(let milliseconds) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(milliseconds >= 300 && isGone)
        #expect(end.sentence.contains("hung libhdf5"))
    }

    @Test func manyAreReadAtOnce() throws {
        DispatchQueue.concurrentPerform(iterations: 12) { _ in
            let text = message {
                let file = try Checkpoint(path: fixture("types.h5"))
                #expect(try file.tensor("gzip").read().values[4999] == 4999)
            }
            #expect(text == nil)
        }
    }

    @Test func nothingOfTheUsersEnvironmentIsHandedOn() {
        let names = HDF5ReadingMode.environment().map { $0.prefix { $0 != "=" } }
        #expect(
            Set(names).subtracting(["LD_LIBRARY_PATH"]) == [
                "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "HDF5_USE_FILE_LOCKING", "SWIFT_BACKTRACE",
            ])
    }

    /// Whatever the name says by the time it is read: the descriptor is what counts.
    @Test func readsTheFileThatIsOpenNotTheOneOfThatName() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file.h5"
            try FileManager.default.copyItem(atPath: fixture("aligned.h5"), toPath: path)
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: fixture("bomb.h5"), toPath: path)
            let file = try Checkpoint(descriptor: descriptor, path: path)
            #expect(try file.tensor("hard/third").read() == grid)
        }
    }

    /// A name that is no regular file cannot hold the program up.
    @Test func aPipeIsNotWaitedFor() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/pipe"
            #expect(mkfifo(path, 0o600) == 0)
            #expect(message { try Checkpoint(path: path) } == "cannot read \(path): it is not a regular file")
        }
    }

    /// Mutations of metadata: libhdf5 may crash on them, this process may not.
    @Test func aMutatedFileIsReadOrRefused() throws {
        let whole = try bytes(of: fixture("attributes.h5"))
        var generator = SeededGenerator(seed: 3, stream: .shuffle)
        try withTemporaryFolder { folder in
            for _ in 0..<40 {
                var mutated = whole
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let index = Int.random(in: 8..<mutated.count, using: &generator)
                    mutated[index] = UInt8.random(in: 0...255, using: &generator)
                }
                let path = folder + "/file.h5"
                try Data(mutated).write(to: URL(fileURLWithPath: path))
                if let text = message(of: { try Checkpoint(path: path) }) {
                    #expect(text.contains(path) && !text.contains("\n"), "\(text)")
                }
            }
        }
    }
}
