import Foundation
import Glibc
import Tensors
import Testing

/// Damaged files through the program itself: exit 0, or exit 1 and one sentence; never a signal, never long, never much
/// memory. `scripts/hostile` does the same for hours, with more kinds of damage and with the real files.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct HostileFileTests {
    /// Of all mutations together; `HOSTILE_SECONDS` says otherwise.
    private static let seconds =
        ProcessInfo.processInfo.environment["HOSTILE_SECONDS"].flatMap(Double.init) ?? 30

    private static let fixtures = Program.repository + "/Tests/Model/CheckpointsTests/Fixtures/"

    @Test func damagedFilesEndInASentence() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: HostileFileTests.fixtures).sorted()
        let ends = [".h5", ".npy", ".npz", ".safetensors"]
        let seeds = names.filter { name in ends.contains { name.hasSuffix($0) } }
        #expect(seeds.count > 15)
        var generator = SeededGenerator(seed: 11, stream: .shuffle)
        let deadline = ContinuousClock.now + .seconds(HostileFileTests.seconds)
        var tried = 0
        try inFolder { folder in
            while ContinuousClock.now < deadline {
                let name = seeds[tried % seeds.count]
                let whole = try Data(contentsOf: URL(fileURLWithPath: HostileFileTests.fixtures + name))
                try check(Mutation.mutate(Array(whole), using: &generator), named: name, in: folder)
                tried += 1
            }
        }
        print("\(tried) damaged files")
        #expect(tried > 20)
    }

    @Test func absurdFilesEndInASentence() throws {
        func tensors(_ header: String, length: UInt64? = nil) -> [UInt8] {
            let length = length ?? UInt64(header.utf8.count)
            return withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array(header.utf8)
                + [UInt8](repeating: 0, count: 16)
        }
        func array(_ shape: String) -> [UInt8] {
            let text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n"
            return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        }
        let signature: [UInt8] = [0x89] + Array("HDF\r\n\u{1A}\n".utf8)
        let entry = #"{"dtype": "F32", "shape": [2], "data_offsets": "#
        let cases: [(String, [UInt8])] = [
            ("empty", []), ("signature.h5", signature), ("ones.h5", signature + [UInt8](repeating: 0xFF, count: 4096)),
            ("overlap.safetensors", tensors(#"{"a": \#(entry)[0, 8]}, "b": \#(entry)[4, 12]}}"#)),
            ("offset.safetensors", tensors(#"{"a": \#(entry)[9223372036854775799, 9223372036854775807]}}"#)),
            (
                "shape.safetensors",
                tensors(##"{"a": {"dtype": "F32", "shape": [0, 4611686018427387904, 4], "data_offsets": [0, 0]}}"##)
            ),
            ("line.safetensors", tensors(#"{"a\nb": \#(entry)[0, 9]}}"#)),
            ("deep.safetensors", tensors(String(repeating: #"{"a":"#, count: 100_000))),
            ("length.safetensors", tensors("{}", length: .max)), ("huge.npy", array("(4611686018427387904, 16)")),
            ("zero.npy", array("(0, 9223372036854775807, 9223372036854775807)")), ("minus.npy", array("(-1,)")),
            ("claims.npy", array("(1073741824,)")),
        ]
        try inFolder { folder in
            for (name, bytes) in cases {
                let status = try check(bytes, named: name, in: folder)
                #expect(status == 1, "\(name)")
            }
        }
    }

    /// libhdf5 itself dies of one of these and never comes back from the other.
    @Test(arguments: ["crash.h5", "hang.h5", "bomb.h5", "huge.h5", "cycle.h5", "virtual.h5", "external_link.h5"])
    func filesThatLibhdf5CannotStandEndInASentence(name: String) throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: HostileFileTests.fixtures + name)))
        try inFolder { folder in
            let status = try check(bytes, named: name, in: folder)
            #expect(status == 1)
        }
    }

    // MARK: -

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/hostile-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    /// Runs `finetune inspect` and holds it to its promises; returns its status.
    @discardableResult
    private func check(_ bytes: [UInt8], named name: String, in folder: String) throws -> Int32 {
        let path = folder + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let run = try MeasuredRun(["inspect", path], diagnostics: folder + "/said")
        let kept = "\(name), \(bytes.count) bytes, \(run)"
        #expect(run.signal == nil, "\(kept)")
        #expect([0, 1].contains(run.status), "\(kept)")
        let lines = run.said.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(run.status == 0 || lines.count == 1 && lines[0].hasPrefix("finetune: "), "\(kept)")
        // Computing, not waiting: the machine may have other things to do.
        #expect(run.computedSeconds < 5, "\(kept)")
        #expect(run.peakBytes < 768 << 20 + 24 * bytes.count, "\(kept)")
        return run.status
    }
}

/// One run of the program, with what it took.
private struct MeasuredRun: CustomStringConvertible {
    let status: Int32
    let signal: Int32?
    let said: String
    let computedSeconds: Double
    /// The larger of the program's and of the process' that reads for it.
    let peakBytes: Int

    init(_ arguments: [String], diagnostics: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, diagnostics, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let pointers = ([Program.path ?? ""] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, Program.path ?? "", &actions, nil, pointers, environ) == 0)
        var (ended, usage) = (Int32(0), rusage())
        while wait4(process, &ended, 0, &usage) < 0 { try #require(errno == EINTR) }
        signal = ended & 0x7F == 0 ? nil : ended & 0x7F
        status = ended >> 8 & 0xFF
        said = String(decoding: try Data(contentsOf: URL(fileURLWithPath: diagnostics)), as: UTF8.self)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        computedSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        peakBytes = usage.ru_maxrss << 10
    }

    var description: String {
        "exit \(status), signal \(signal ?? 0), \(computedSeconds) s, \(peakBytes >> 20) MB: \(said)"
    }
}

/// Damage of the kinds that find something: in headers rather than in weights, and numbers at their limits.
private enum Mutation {
    static func mutate(_ original: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<[1, 1, 2, 3, 8].randomElement(using: &generator)! where !bytes.isEmpty {
            let place = place(in: bytes, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
            case 3: bytes[place] &+= [1, 2, 8, 0xFF, 0xFE, 0xF8].randomElement(using: &generator)!
            case 4, 5: setNumber(&bytes, at: place, using: &generator)
            case 6: bytes.removeSubrange(place...)
            default: copyBlock(&bytes, to: place, using: &generator)
            }
        }
        return bytes
    }

    /// Mostly near bytes that are not zero and among the first: headers come early and are dense.
    private static func place(in bytes: [UInt8], using generator: inout SeededGenerator) -> Int {
        let early = Int.random(in: 0..<max(min(bytes.count, 4096), 1), using: &generator)
        let anywhere = Int.random(in: 0..<bytes.count, using: &generator)
        let start = Bool.random(using: &generator) ? early : anywhere
        return bytes[start...].prefix(64).firstIndex { $0 != 0 } ?? start
    }

    private static func setNumber(_ bytes: inout [UInt8], at place: Int, using generator: inout SeededGenerator) {
        let width = [2, 4, 8].randomElement(using: &generator)!
        let values: [UInt64] = [
            0, 1, 0xFF, 0xFFFF, 1 << 31, 0xFFFF_FFFF, 1 << 40, 1 << 62, .max >> 1, 1 << 63, .max, UInt64(bytes.count),
            UInt64(place),
        ]
        let value = values.randomElement(using: &generator)!
        for index in 0..<width where place + index < bytes.count {
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    }

    private static func copyBlock(_ bytes: inout [UInt8], to place: Int, using generator: inout SeededGenerator) {
        let from = self.place(in: bytes, using: &generator)
        let count = min([4, 8, 64, 512].randomElement(using: &generator)!, bytes.count - max(from, place))
        let block = Array(bytes[from..<from + count])
        bytes.replaceSubrange(place..<place + count, with: block)
    }
}
