import Glibc

/// Whether this machine multiplies bfloat16.
package enum BFloat16Support: Sendable, Hashable {
    /// The processor has instructions for it: AVX-512 BF16 or AMX-BF16.
    case native
    /// The library imitates it, with the same roundings and more slowly than float32: for tests, where
    /// `FINETUNE_EMULATE_BFLOAT16` is 1 and the processor has the AVX-512 that this takes.
    case emulated
    case absent

    /// Of the processor this runs on, and the environment.
    package static let here = BFloat16Support(
        CPUFeatures().names, mayEmulate: getenv("FINETUNE_EMULATE_BFLOAT16").map { String(cString: $0) } == "1")

    /// - Parameter features: as `/proc/cpuinfo` names them.
    package init(_ features: [String], mayEmulate: Bool) {
        if features.contains("avx512_bf16") || features.contains("amx_bf16") {
            self = .native
        } else {
            self = mayEmulate && BFloat16Support.emulation.isSubset(of: features) ? .emulated : .absent
        }
    }

    /// What oneDNN needs to imitate it.
    private static let emulation: Set = ["avx512f", "avx512bw", "avx512dq", "avx512vl"]

    /// Whether the kernels of this program's bfloat16 run on this processor, imitated or not.
    package static var isComputable: Bool { BFloat16Support(CPUFeatures().names, mayEmulate: true) != .absent }
}
