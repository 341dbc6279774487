import Tracking

extension Commands {
    /// Writes the report of a run, or of a comparison, again, from what is in its folder.
    package static func report(_ folder: String, console: Console) throws -> ExitStatus {
        switch RecipePaths.kind(of: folder) {
        case .folder: break
        case nil: throw CommandPaths.missing(folder, "run")
        case .file, .other: throw UsageError("\(folder) is a file; expected the folder of a run or of a comparison")
        }
        func has(_ name: String) -> Bool { RecipePaths.kind(of: folder + "/" + name) == .file }
        if has(Comparison.fileName) {
            try ComparisonReport.write(folder: folder)
            console.print(folder + "/" + ComparisonReport.fileName)
            return .done
        }
        guard has(RunDirectory.File.record.rawValue) else {
            throw UsageError(
                "\(folder) has neither a run.json nor a comparison.json: it is the folder of no run and of no comparison"
            )
        }
        let directory = try RunDirectory(locking: folder)
        try directory.write(Report(RunDescription(readingRunAt: folder)).html, to: .report)
        try directory.makeLast()
        console.print(directory.path(of: .report))
        return .done
    }
}
