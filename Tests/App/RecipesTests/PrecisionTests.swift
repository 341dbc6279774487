import Tensors
import Testing
import Training

@testable import Recipes

/// What a recipe says of the arithmetic, and what a processor makes of it.
@Suite struct PrecisionTests {
    private let phases = #""phases": [{ "epochs": 1 }, { "epochs": 1, "precision": "bf16" }, { "epochs": 1 }]"#

    @Test func aPhaseHasItsOwn() throws {
        let one = try read(recipe(rest: phases + #", "precision": "auto""#))
        #expect(one.phases.map(\.precision) == [.auto, .bfloat16, .auto])
        #expect(try read(recipe()).phases.map(\.precision) == [.float32])
        #expect(try read(recipe(), overrides: ["precision=fp32"]).phases.map(\.precision) == [.float32])
        #expect(one.phases.map { $0.precision.precision(.native) } == [.bfloat16, .bfloat16, .bfloat16])
        #expect(one.phases.map { $0.precision.precision(.emulated) } == [.bfloat16, .bfloat16, .bfloat16])
        #expect(one.phases.map { $0.precision.precision(.absent) } == [.float32, .bfloat16, .float32])
    }

    /// One sentence for each place where it is asked for, with its line and column; none where the machine may choose.
    @Test func aProcessorWithoutItIsAProblem() throws {
        let sentence =
            "\"bfloat16\" needs a processor with AVX-512 BF16 or AMX-BF16, and this one has neither; "
            + "use \"float32\", or \"auto\", which takes bfloat16 where there is one"
        let one = try read(recipe(rest: phases))
        #expect(
            PrecisionCheck.problems(one, .absent).map(\.description)
                == ["x.json:5:59: phases.1.precision: \(sentence)"])
        let all = try read(recipe(rest: #""phases": [{ "epochs": 1 }, { "epochs": 1 }], "precision": "bfloat16""#))
        #expect(PrecisionCheck.problems(all, .absent).count == 1)
        #expect(PrecisionCheck.problems(one, .native).isEmpty && PrecisionCheck.problems(one, .emulated).isEmpty)
        let auto = try read(recipe(rest: #""epochs": 1, "precision": "auto""#))
        #expect(PrecisionCheck.problems(auto, .absent).isEmpty)
    }

    @Test func whatIsKeptOfFeatures() throws {
        let data = #"{ "train": { "format": "idx", "inputs": "x", "targets": "y" }, "cache_precision": "bf16" }"#
        let one = try read(recipe(data: data))
        #expect(one.data.cachePrecision == .bfloat16 && one.phaseConfigurations()[0].featurePrecision == .bfloat16)
        #expect(try read(recipe()).data.cachePrecision == .float32)
        #expect(
            problems(recipe(data: data), overrides: ["data.cache=off"]) == [
                "x.json:3:74: data.cache_precision: \"cache\" keeps nothing; remove it, or \"cache_precision\""
            ])
    }
}
