import Glibc
import OrderedCollections

/// What a run ran on: with the recipe and the data, all that its bits depend on. The host's name is left out.
package struct Environment: Sendable, Hashable {
    /// The processor's model name.
    package var cpu: String
    /// What kernels were chosen by: `avx2`, `avx512f`, `amx_bf16`, …
    package var cpuFeatures: [String]
    package var memoryBytes: Int
    /// `Debian GNU/Linux 12 (bookworm)`
    package var system: String
    package var kernel: String
    package var threads: Int
    /// `float32` or `bfloat16`.
    package var precision: String
    /// This program and the libraries that compute, by name.
    package var versions: OrderedDictionary<String, String>

    package init(
        cpu: String, cpuFeatures: [String], memoryBytes: Int, system: String, kernel: String, threads: Int,
        precision: String, versions: OrderedDictionary<String, String>
    ) {
        self.cpu = cpu
        self.cpuFeatures = cpuFeatures
        self.memoryBytes = memoryBytes
        self.system = system
        self.kernel = kernel
        self.threads = threads
        self.precision = precision
        self.versions = versions
    }

    /// This machine.
    /// - Parameter libraries: versions of what computes, such as `["openblas": "0.3.21"]`.
    package static func current(
        cpu: String, cpuFeatures: [String], threads: Int, precision: String,
        libraries: OrderedDictionary<String, String>
    ) -> Environment {
        var versions: OrderedDictionary = ["finetune": finetuneVersion]
        versions.merge(libraries) { $1 }
        return Environment(
            cpu: cpu, cpuFeatures: cpuFeatures, memoryBytes: installedMemory(), system: systemName(),
            kernel: kernelRelease(), threads: threads, precision: precision, versions: versions)
    }

    private static func installedMemory() -> Int {
        Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func kernelRelease() -> String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return text(name.sysname) + " " + text(name.release)
    }

    private static func systemName() -> String {
        guard let text = readSystemFile("/etc/os-release") else { return "" }
        let key = "PRETTY_NAME="
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return String(line?.dropFirst(key.count).filter { $0 != "\"" } ?? "")
    }
}

/// A file of the system, at most 64 kB; those in `/proc` have no size and cannot be mapped.
private func readSystemFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = read(descriptor, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
}
