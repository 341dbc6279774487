import Checkpoints
import Foundation
import Tensors

@testable import Data

typealias FileData = Foundation.Data

private let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

/// A file beside these tests.
func fixture(_ name: String) -> String { here.appendingPathComponent("Fixtures/\(name)").path }

/// The folder of real data that lies beside the repository on some machines.
let sharedData = here.appendingPathComponent("../../../../shared/data").standardizedFileURL.path
let hasSharedData = FileManager.default.fileExists(atPath: sharedData)

/// Where Debian's package dataset-fashion-mnist puts its files.
let fashion = "/usr/share/datasets/fashion-mnist"
let hasFashion = FileManager.default.fileExists(atPath: fashion)

/// Calls `body` with the path of a new folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("data-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// Calls `body` with the path of a new file of this name and content.
func withFile<Result>(_ name: String, _ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
        try write(bytes, to: "\(folder)/\(name)")
        return try body("\(folder)/\(name)")
    }
}

func write(_ bytes: [UInt8], to path: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileData(bytes).write(to: url)
}

func bytes(of path: String) throws -> [UInt8] { Array(try FileData(contentsOf: URL(fileURLWithPath: path))) }

/// What `body` throws, as text; empty where it does not.
func message<Result>(of body: () throws -> Result) -> String {
    do { _ = try body() } catch { return "\(error)" }
    return ""
}

/// An IDX file's bytes.
func idx(_ type: UInt8, _ extents: [Int], _ payload: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(extents.count)]
        + extents.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } } + payload
}

/// A dataset of vectors of two: example i is (i, −i), its class i mod 3.
func countingDataset(_ count: Int) throws -> ArrayDataset {
    let column = try ArrayColumn((0..<count).flatMap { [Float($0), -Float($0)] }, exampleShape: [2])
    return ArrayDataset(
        inputs: [column], targets: .classes(labels: (0..<count).map { Int32($0 % 3) }, names: ["a", "b", "c"]))
}

func range(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: pointer, count: count))
}
