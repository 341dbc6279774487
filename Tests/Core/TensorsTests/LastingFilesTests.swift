import Foundation
import Tensors
import Testing

@Suite struct LastingFilesTests {
    /// Counts flushes, and lets one fail.
    private final class Flushes: @unchecked Sendable {
        var count = 0
        var failing = 0
        var operations: FileOperations {
            var operations = FileOperations.system
            operations.flush = { [self] descriptor in
                count += 1
                guard count == failing else { return fsync(descriptor) }
                errno = EIO
                return -1
            }
            return operations
        }
    }

    @Test func flushesArePutOffAndMadeUpForAtOnce() throws {
        let folder = NSTemporaryDirectory() + "lasting-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let flushes = Flushes()
        try FileOperations.$current.withValue(flushes.operations) {
            try AtomicFile.write("plain", to: folder + "/plain")
            #expect(flushes.count == 2)
            try FileOperations.puttingOffFlushes {
                try AtomicFile.write("a", to: folder + "/a")
                try AtomicFile.write("b", to: folder + "/b")
            }
            #expect(flushes.count == 2)
            #expect(try String(contentsOfFile: folder + "/b", encoding: .utf8) == "b")
            // Two files, one that is not there, and the folder.
            try makeLast([folder + "/a", folder + "/b", folder + "/absent"], in: folder)
            #expect(flushes.count == 5)
            flushes.failing = 7
            #expect(throws: SystemError.self) { try makeLast([folder + "/a", folder + "/b"], in: folder) }
        }
    }
}
