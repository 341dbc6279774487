import Testing

@testable import Recipes

/// What is said of a run that is not the one its snapshot was taken of.
@Suite struct RunIdentityTests {
    private let then = RunIdentity([
        "recipe": "a", "data.train": "b", "checkpoint": "c", "program": "d", "threads": "2",
        "cpu_features": "avx2 fma avx512f", "version.OpenBLAS": "0.3.21",
    ])

    @Test func everyChangeIsNamed() {
        #expect(then.changes(in: then).isEmpty)
        let now = RunIdentity([
            "recipe": "A", "data.train": "B", "data.test": "E", "checkpoint": "C", "program": "D", "threads": "4",
            "cpu_features": "avx2 fma amx_tile", "version.OpenBLAS": "0.3.29",
        ])
        #expect(
            then.changes(in: now) == [
                "the recipe (recipe.json in the run's folder)", "the data set data.train", "the checkpoint",
                "the program itself", "the thread count (2 then, 4 now)",
                "the CPU's features (without avx512f, with amx_tile now)", "OpenBLAS (0.3.21 then, 0.3.29 now)",
                "the data set data.test",
            ])
    }

    @Test func theErrorSaysWhatToDo() {
        let error = ChangedRunError(folder: "runs/a", changes: ["the checkpoint", "the program itself"])
        #expect(
            "\(error)" == "cannot go on exactly in runs/a: changed since the snapshot: the checkpoint, the program "
                + "itself; undo that, or accept other bytes with --allow-changes")
        #expect(ExitStatus(error) == .misuse)
    }
}
