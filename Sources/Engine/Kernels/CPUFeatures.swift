import CKernels
import Glibc

/// What the processor can do, as far as it decides which kernels run.
package struct CPUFeatures: Sendable {
    /// `AMD EPYC 9R14`
    package let modelName: String
    /// Those of `known` that the processor has, in that order.
    package let names: [String]
    /// Cores this process may run on.
    package let usableCores: Int

    private static let known = [
        "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16",
        "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "asimd", "sve", "bf16",
    ]

    /// Reads `/proc/cpuinfo`.
    package init() {
        var model = "unknown"
        var flags: Set<Substring> = []
        if let file = fopen("/proc/cpuinfo", "r") {
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 8192)
            while fgets(&line, Int32(line.count), file) != nil {
                let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                guard let colon = text.firstIndex(of: ":") else { continue }
                let key = text[..<colon].prefix { $0 != "\t" }
                let value = text[text.index(after: colon)...]
                if key == "model name" { model = String(value.dropFirst().dropLast()) }
                if key == "flags" || key == "Features" {
                    flags = Set(value.split { $0 == " " || $0 == "\n" })
                    break
                }
            }
        }
        modelName = model
        names = CPUFeatures.known.filter { flags.contains(Substring($0)) }
        usableCores = CPUFeatures.usableCores
    }

    /// Cores this process may run on.
    package static var usableCores: Int { Int(ck_usable_cores()) }
}
