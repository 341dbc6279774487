import Foundation
import Tensors
import Testing

@testable import Checkpoints

@Suite(.serialized) struct AtomicFileTests {
    @Test func replacesAFileWholeAndKeepsItsPermissionsAndLinks() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            try AtomicFile.write("old", to: path)
            chmod(path, 0o640)
            symlink(path, folder + "/link")
            try AtomicFile.write("new", to: folder + "/link")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            var status = stat()
            #expect(lstat(folder + "/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["file", "link"])
        }
    }

    @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
        struct Stop: Error {}
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            try AtomicFile.write("old", to: path)
            #expect(throws: Stop.self) {
                try AtomicFile.write(to: path) { file in
                    try "half".utf8.withContiguousStorageIfAvailable { try file.write(UnsafeRawBufferPointer($0)) }
                    throw Stop()
                }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
        }
    }

    /// A limit on the size of files stands in for a full disk: the system call fails in the same place.
    @Test func aFullDiskLeavesTheOldFileAndNothingElse() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            try AtomicFile.write("old", to: path)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(1), &limit)
            let before = limit
            let handler = signal(SIGXFSZ, SIG_IGN)
            limit.rlim_cur = 32 << 20
            setrlimit(__rlimit_resource_t(1), &limit)
            let text = message { try AtomicFile.write([UInt8](repeating: 1, count: 40 << 20), to: path) }
            limit = before
            setrlimit(__rlimit_resource_t(1), &limit)
            signal(SIGXFSZ, handler)
            #expect(text == "cannot write \(path): File too large")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
        }
    }

    @Test func devicesAreWrittenDirectly() throws {
        try AtomicFile.write("gone", to: "/dev/null")
        #expect(
            message { try AtomicFile.write("x", to: "/dev/full") } == "cannot write /dev/full: No space left on device")
        #expect(message { try AtomicFile.write("x", to: "/tmp") } == "cannot write /tmp: it is a folder")
        #expect(
            message { try AtomicFile.write("x", to: "/nowhere/x") }
                == "cannot write /nowhere/x: No such file or directory")
    }
}
