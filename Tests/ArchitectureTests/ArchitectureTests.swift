import Foundation
import Testing

/// Holds the sources against `docs/architecture.md`.
@Suite struct ArchitectureTests {
    private let sources: [SourceFile]
    private let table: ModuleTable

    init() throws {
        sources = try SourceFile.all(under: "Sources")
        table = try ModuleTable(parsing: text(of: "docs/architecture.md"))
    }

    private func modules(on floors: Set<String>) -> Set<String> {
        Set(sources.filter { floors.contains($0.floor) }.map(\.module))
    }

    /// The names of all our modules, native ones included.
    private func ours() throws -> Set<String> {
        var names: Set<String> = []
        for floor in try FileManager.default.contentsOfDirectory(atPath: repository.path + "/Sources") {
            let folder = repository.path + "/Sources/" + floor
            names.formUnion(try FileManager.default.contentsOfDirectory(atPath: folder))
        }
        return names
    }

    @Test func everyModuleHasItsRow() {
        #expect(Set(table.allowed.keys) == Set(sources.map(\.module)))
    }

    @Test func theTableNamesOnlyModulesThereAre() throws {
        let ours = try ours()
        for (module, allowed) in table.allowed { #expect(allowed.subtracting(ours).isEmpty, "\(module)") }
    }

    @Test func importsKeepToTheTable() throws {
        let ours = try ours()
        for file in sources {
            let allowed = table.allowed[file.module] ?? []
            let forbidden = file.imports.filter { ours.contains($0) && !allowed.contains($0) && $0 != file.module }
            #expect(forbidden.isEmpty, "\(file.path) imports \(forbidden.joined(separator: ", "))")
        }
    }

    /// Foundation takes longer to load than a small job to run.
    @Test func theLowerFloorsDoWithoutFoundation() {
        for file in sources where ["Core", "Engine", "Model"].contains(file.floor) {
            #expect(!file.imports.contains { $0.hasPrefix("Foundation") }, "\(file.path)")
        }
    }

    @Test func filesStaySmall() {
        for file in sources {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 400, "\(file.path) has \(lines) lines")
        }
    }

    @Test func nothingNeedsUnsafeFlags() throws {
        #expect(!(try text(of: "Package.swift").contains("unsafeFlags")))
    }

    /// What graphs mean is tested without anything that computes them.
    @Test func graphTestsNeedNoBackend() throws {
        for file in try SourceFile.all(under: "Tests") where file.module == "GraphTests" {
            #expect(Set(file.imports).isDisjoint(with: ["Kernels", "Runtime", "Layers"]), "\(file.path)")
        }
        let support = try FileManager.default.contentsOfDirectory(atPath: repository.path + "/Tests/TestSupport")
        #expect(!support.isEmpty)
        for name in support where name.hasSuffix(".swift") {
            let file = SourceFile(path: name, floor: "", module: "", text: try text(of: "Tests/TestSupport/\(name)"))
            #expect(Set(file.imports).isDisjoint(with: ["Kernels", "Runtime"]), "\(name)")
        }
    }

    @Test func importLinesAreReadInEveryForm() {
        let text = """
            import A
            @testable import B
            @preconcurrency import struct C.D
            package import E
            // import F
            let important = 1
            """
        #expect(SourceFile(path: "", floor: "", module: "", text: text).imports == ["A", "B", "C", "E"])
    }

    @Test func aRowsNamesAreRead() throws {
        let table = try ModuleTable(
            parsing: """
                | module | may import (ours) | must never know |
                |---|---|---|
                | A | – | anything |
                | B | A, C | files |

                | D | E |
                """)
        #expect(table.allowed == ["A": [], "B": ["A", "C"]])
    }
}
