import Glibc
import JSON
import Recipes
import Testing

/// The repository's own folder.
let repository = String(#filePath.dropLast("/Tests/App/RecipesTests/Support.swift".count))

/// Reads a recipe that is not in a file, without looking files up.
func read(_ text: String, overrides: [String] = [], isYAML: Bool = false) throws -> Recipe {
    try RecipeReader(checksFiles: false).read(
        text: text, path: isYAML ? "x.yaml" : "x.json", folder: "/home/me/recipes", isYAML: isYAML,
        overrides: overrides)
}

/// The problems of a recipe, each as it is shown.
func problems(_ text: String, overrides: [String] = [], isYAML: Bool = false) -> [String] {
    do {
        _ = try read(text, overrides: overrides, isYAML: isYAML)
        return []
    } catch let error as RecipeError {
        return error.problems.map(\.description)
    } catch {
        return ["\(error)"]
    }
}

/// A recipe as short as can be; `model`, `data` and so on replace whole lines of it.
func recipe(
    model: String = #"{ "checkpoint": "m.h5" }"#,
    data: String = #"{ "train": { "format": "idx", "inputs": "x", "targets": "y" } }"#,
    loss: String = #""mse""#, rest: String = #""epochs": 1"#
) -> String {
    """
    {
      "model": \(model),
      "data": \(data),
      "loss": \(loss),
      \(rest)
    }
    """
}

/// A folder that is there while `body` runs.
func withTemporaryFolder<T>(_ body: (String) throws -> T) throws -> T {
    var template = Array("/tmp/finetune-recipes-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
    let made = try #require(mkdtemp(&template))
    let folder = String(cString: made)
    defer { _ = system("rm -rf '\(folder)'") }
    return try body(folder)
}

func write(_ text: String, to path: String) throws {
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fclose(file)
}
