import Foundation
import Glibc

/// The program as it was built beside the tests, run as a person would.
struct Program {
    struct Outcome {
        let status: Int32
        let output: String
        let diagnostics: String
    }

    static let repository = String(#filePath.dropLast("/Tests/App/finetuneTests/Program.swift".count))

    static let path: String? = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlink("/proc/self/exe", &buffer, Int(PATH_MAX)) > 0 else { return nil }
        let own = buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let beside = own.split(separator: "/").dropLast().joined(separator: "/")
        let candidates = [
            "/\(beside)/finetune", repository + "/.build/debug/finetune", repository + "/.build/release/finetune",
        ]
        return candidates.first { access($0, X_OK) == 0 }
    }()

    /// What the program is told of its surroundings: what it keeps for other runs goes with the tests.
    static let environment: [String: String] = {
        let folder = "/tmp/finetune-tests-\(getpid())"
        atexit { _ = try? FileManager.default.removeItem(atPath: "/tmp/finetune-tests-\(getpid())") }
        return ProcessInfo.processInfo.environment.merging(["FINETUNE_CACHE": folder]) { $1 }
    }()

    static var isBuilt: Bool { path != nil }

    static func run(_ arguments: String..., folder: String = repository, environment: [String: String] = [:]) throws
        -> Outcome
    {
        try run(arguments, folder: folder, environment: environment)
    }

    static func run(_ arguments: [String], folder: String = repository, environment: [String: String] = [:]) throws
        -> Outcome
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = Program.environment.merging(environment) { $1 }
        let (output, diagnostics) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = diagnostics
        try process.run()
        // Short texts: neither pipe fills up while the other is read.
        let outputText = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let diagnosticsText = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: outputText, diagnostics: diagnosticsText)
    }

    /// A line of shell with the program in `$F`.
    static func shell(_ line: String) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.environment = Program.environment.merging(["F": path ?? ""]) { $1 }
        let (output, diagnostics) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = diagnostics
        try process.run()
        let outputText = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let diagnosticsText = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: outputText, diagnostics: diagnosticsText)
    }
}
