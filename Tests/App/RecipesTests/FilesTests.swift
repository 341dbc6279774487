import Glibc
import JSON
import Recipes
import Testing

/// What depends on which files are there.
@Suite struct FilesTests {
    @Test func missingFilesAreNamedWithWhatIsNear() throws {
        try withTemporaryFolder { folder in
            try write("", to: folder + "/model.h5")
            try write("", to: folder + "/x.npy")
            try write(
                """
                {
                  "model": { "checkpoint": "modle.h5" },
                  "data": {
                    "train": { "format": "npy", "inputs": ["x.npy", "no/x.npy"], "targets": "../\(folder.split(separator: "/").last!)" },
                    "validation": { "format": "image-folder", "folder": "model.h5" },
                    "test": { "format": "idx", "inputs": "/usr/share/datasets/nonesuch/x", "targets": "/proc/nonesuch" }
                  },
                  "loss": "mse",
                  "epochs": 1,
                  "output": "x.npy"
                }
                """, to: folder + "/r.json")
            let error = #expect(throws: RecipeError.self) { try RecipeReader().read(file: folder + "/r.json") }
            let file = folder + "/r.json"
            #expect(
                error?.problems.map(\.description) == [
                    "\(file):2:28: model.checkpoint: there is no file \(folder)/modle.h5; did you mean \"model.h5\", which is there?",
                    "\(file):4:53: data.train.inputs.1: there is no file \(folder)/no/x.npy; the folder \(folder)/no does not exist either",
                    "\(file):4:77: data.train.targets: \(folder) is a folder; expected a file",
                    "\(file):5:57: data.validation.folder: \(folder)/model.h5 is a file; expected a folder",
                    "\(file):6:42: data.test.inputs: there is no file /usr/share/datasets/nonesuch/x; Debian's package dataset-nonesuch brings it: sudo apt install dataset-nonesuch",
                    "\(file):6:87: data.test.targets: there is no file /proc/nonesuch",
                    "\(file):10:13: output: \(folder)/x.npy is a file; expected a folder, or a path where one can be made",
                ])
            #expect(error.map { ExitStatus($0) } == .misuse)
        }
    }

    @Test func aRecipeThatIsNotThereIsMisuse() throws {
        try withTemporaryFolder { folder in
            try write("{}", to: folder + "/main.json")
            let error = #expect(throws: UsageError.self) { try RecipeArguments(path: folder + "/mian.json").read() }
            #expect(
                error?.description
                    == "there is no recipe \(folder)/mian.json; did you mean \"main.json\", which is there?")
            let other = #expect(throws: UsageError.self) { try RecipeArguments(path: folder).read() }
            #expect(other?.description == "\(folder) is a folder; expected a recipe, a .json or .yaml file")
        }
    }

    @Test func readyRecipesAreListedAndCopied() throws {
        let gallery = Gallery(folder: repository + "/recipes")
        let names = gallery.entries().map(\.name)
        #expect(names == names.sorted())
        for name in [
            "fashion-transfer", "fashion-transfer-full", "pretrain-fashion-tops", "sigmoid-mlp", "logistic-regression",
            "npy-finetune", "mlp-784-500", "lenet5", "mnist-tops", "mnist-transfer",
        ] { #expect(names.contains(name)) }
        #expect(gallery.entries().allSatisfy { !$0.description.isEmpty })
        let unknown = #expect(throws: GalleryError.self) { try gallery.entry("lenet") }
        #expect(unknown?.description == "there is no ready recipe \"lenet\"; did you mean \"lenet5\"?")

        try withTemporaryFolder { folder in
            let path = try gallery.copy("npy-finetune", to: folder)
            #expect(path == folder + "/npy-finetune.json")
            let copy = try RecipeReader().read(file: path)
            let original = try RecipeReader().read(file: repository + "/recipes/npy-finetune.json")
            #expect(copy.model == original.model)
            #expect(copy.output == folder + "/runs")
            #expect(throws: GalleryError.self) { try gallery.copy("npy-finetune", to: path) }
            #expect(try gallery.copy("lenet5", to: path, replaces: true) == path)
            #expect(try RecipeReader(checksFiles: false).read(file: path).model.head.isEmpty)
        }
    }

    @Test(arguments: [
        ("bin/finetune", "bin/recipes"), ("bin/finetune", "share/finetune/recipes"),
        ("repo/.build/release/finetune", "repo/recipes"),
    ])
    func readyRecipesAreFoundBesideTheProgram(program: String, recipes: String) throws {
        try withTemporaryFolder { folder in
            _ = system("mkdir -p \(folder)/bin \(folder)/repo/.build/release \(folder)/\(recipes)")
            try write("", to: folder + "/repo/Package.swift")
            try write("", to: folder + "/" + program)
            #expect(try Gallery.beside(program: folder + "/" + program).folder == folder + "/" + recipes)
        }
    }
}
