import Glibc
import Tensors
import Testing
import Tracking

@Suite struct RunDirectoryTests {
    private let folder = TemporaryFolder()
    private let date = UTCDate(millisecondsSince1970: 1_795_253_400_125)

    @Test func namesFoldersAfterTheRunAndTheMoment() throws {
        #expect(date.iso8601 == "2026-11-21T09:30:00.125Z")
        let first = try RunDirectory.create(output: folder.path + "/runs", name: "a", date: date)
        let second = try RunDirectory.create(output: folder.path + "/runs", name: "a", date: date)
        let third = try RunDirectory.create(output: folder.path + "/runs", name: "a", date: date)
        #expect(first.path == folder.path + "/runs/a-20261121-093000")
        #expect(second.path == first.path + "-2")
        #expect(third.path == first.path + "-3")
    }

    @Test(arguments: [("../../etc/x", "run..-..-etc-x-"), (".hidden", "run.hidden-"), ("a\nb", "a-b-"), ("", "run-")])
    func keepsHostileNamesInside(name: String, expected: String) throws {
        let run = try RunDirectory.create(output: folder.path, name: name, date: date)
        #expect(run.path == folder.path + "/" + expected + "20261121-093000")
    }

    @Test func refusesAFolderThatIsNotEmpty() throws {
        let path = folder.path + "/run"
        do {
            let run = try RunDirectory.create(at: path)
            try run.write("{}", to: .record)
            try run.write("old", to: .model)
            try run.write("old", to: .metrics)
        }
        let error = #expect(throws: RunDirectoryError.self) { try RunDirectory.create(at: path) }
        #expect(
            error?.description
                == "the run folder \(path) holds an earlier run: name another with -o, or overwrite it with --force")
        let run = try RunDirectory.create(at: path, force: true)
        #expect(access(run.path(of: .metrics), F_OK) != 0)
        #expect(access(run.path(of: .model), F_OK) == 0)
    }

    @Test func namesWhatIsInTheWay() throws {
        try AtomicFile.write("x", to: folder.path + "/notes.txt")
        let error = #expect(throws: RunDirectoryError.self) { try RunDirectory.create(at: folder.path) }
        #expect(error == .notEmpty(folder: folder.path, entry: "notes.txt", isRun: false))
        let file = #expect(throws: SystemError.self) { try RunDirectory.create(at: folder.path + "/notes.txt") }
        #expect(file?.description.contains("a file of that name is in the way") == true)
    }

    @Test func letsOneProcessIn() throws {
        let path = folder.path + "/run"
        do {
            let run = try RunDirectory.create(at: path)
            // Who is refused leaves the lock where it is, for the next one to find.
            for _ in 0..<2 {
                let error = #expect(throws: RunDirectoryError.self) { try RunDirectory(locking: run.path) }
                #expect(error == .inUse(folder: path, holder: Int(getpid())))
                #expect(error?.description.contains("is in use by process \(getpid())") == true)
            }
        }
        // A crashed run leaves its lock file: the kernel has let go of it, and it does not count as content.
        try AtomicFile.write("12345\n", to: path + "/.lock")
        _ = try RunDirectory.create(at: path)
    }
}
