import Foundation
import Testing

/// The repository these tests are in.
let repository =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardizedFileURL

func text(of path: String) throws -> String {
    try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
}

/// One Swift file under `Sources/floor/module/`.
struct SourceFile: Sendable {
    let path: String
    let floor: String
    let module: String
    let text: String

    /// The modules it imports, whatever attributes or kinds its import lines carry.
    var imports: [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").drop { $0.hasPrefix("@") || $0 == "package" || $0 == "internal" }
            guard words.first == "import", var name = words.dropFirst().first else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
            if kinds.contains(name), let next = words.dropFirst(2).first { name = next }
            return name.split(separator: ".").first.map(String.init)
        }
    }

    /// Every Swift file under a folder of the repository whose path has a floor and a module.
    static func all(under folder: String) throws -> [SourceFile] {
        let root = repository.appendingPathComponent(folder).path
        let paths = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count >= 3 else { return nil }
            return SourceFile(
                path: "\(folder)/\(path)", floor: parts[0], module: parts[1],
                text: try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8))
        }
    }
}

/// The table of section 3 in `docs/architecture.md`: which of our modules each module may import.
struct ModuleTable: Sendable {
    let allowed: [String: Set<String>]

    init(parsing markdown: String) throws {
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let header = try #require(lines.firstIndex { $0.hasPrefix("| module | may import (ours) |") })
        var allowed: [String: Set<String>] = [:]
        for line in lines[(header + 2)...].prefix(while: { $0.hasPrefix("|") }) {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let names = cells[1].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            allowed[cells[0]] = Set(names.filter { $0 != "–" })
        }
        self.allowed = allowed
    }
}
