import Kernels
import Tensors

/// What a recipe says of the arithmetic.
package enum PrecisionChoice: String, Sendable, CaseIterable {
    case float32, bfloat16
    /// bfloat16 where the processor multiplies it, else float32.
    case auto

    /// What it comes to on a machine. What the machine cannot do stays as it is asked for: `PrecisionCheck` refuses it.
    func precision(_ support: BFloat16Support) -> Precision {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .auto: support == .absent ? .float32 : .bfloat16
        }
    }

    /// What a person should know of it here.
    var methods: [String] {
        let support = BFloat16Support.here
        switch precision(support) {
        case .float32:
            return self == .auto ? ["float32: this processor has neither AVX-512 BF16 nor AMX-BF16"] : []
        case .bfloat16:
            let manner = support == .emulated ? ", which is only imitated on this processor, slower than float32" : ""
            return ["convolutions and large products multiply bfloat16\(manner); weights and sums are float32"]
        }
    }
}

/// Whether this machine computes in what the recipe asks for.
enum PrecisionCheck {
    /// A phase in bfloat16 on a processor that does not multiply it, each with its place.
    static func problems(_ recipe: Recipe, _ support: BFloat16Support = .here) -> [RecipeProblem] {
        guard support == .absent else { return [] }
        var problems: [RecipeProblem] = []
        for (index, phase) in recipe.phases.enumerated() where phase.precision == .bfloat16 {
            let problem = recipe.problem(at: "phases.\(index).precision", sentence)
            // What the top level says for all phases is one problem.
            if !problems.contains(where: { $0.origin == problem.origin }) { problems.append(problem) }
        }
        return problems
    }

    private static let sentence =
        "\"bfloat16\" needs a processor with AVX-512 BF16 or AMX-BF16, and this one has neither; "
        + "use \"float32\", or \"auto\", which takes bfloat16 where there is one"
}

extension Recipe {
    /// What its phases are computed in here, each once, for the record.
    var precisionNames: String {
        let support = BFloat16Support.here
        var names: [String] = []
        for phase in phases {
            let precision = phase.precision.precision(support)
            let isEmulated = precision == .bfloat16 && support == .emulated
            let name = precision.rawValue + (isEmulated ? " (emulated)" : "")
            if !names.contains(name) { names.append(name) }
        }
        return names.joined(separator: ", ")
    }

    /// What its last phase is computed in here.
    var lastPrecision: Precision { phases.last?.precision.precision(.here) ?? .float32 }
}
