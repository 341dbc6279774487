import Foundation
import Tensors

@testable import Checkpoints

/// A file beside these tests.
func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
}

/// The folder of real checkpoints that lies beside the repository on some machines.
let sharedCheckpoints =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../../shared/checkpoints").standardizedFileURL.path

let hasSharedCheckpoints = FileManager.default.fileExists(atPath: sharedCheckpoints)

/// All files below the shared folder that begin as HDF5 files do, sorted.
func sharedHDF5Files() -> [String] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: sharedCheckpoints)) ?? []
    let suffixes = [".h5", ".hdf5", ".hd5"]
    return names.filter { name in suffixes.contains { name.hasSuffix($0) } }.sorted()
        .map { sharedCheckpoints + "/" + $0 }
}

/// Calls `body` with the path of a new folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoints-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// What `body` throws, as text; nil where it does not.
func message<Result>(of body: () throws -> Result) -> String? {
    do { _ = try body() } catch { return "\(error)" }
    return nil
}

func bytes(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

let grid = Tensor(shape: [2, 3], values: [0, 1, 2, 3, 4, 5])
