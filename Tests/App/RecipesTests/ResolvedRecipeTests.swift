import Glibc
import JSON
import Recipes
import Testing

@Suite struct ResolvedRecipeTests {
    static let recipes: [String] = {
        var found: [String] = []
        guard let stream = opendir(repository + "/recipes") else { return [] }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".json") { found.append(name) }
        }
        return found.sorted()
    }()

    @Test(arguments: recipes) func readyRecipesReplayFromAnywhere(name: String) throws {
        let recipe = try RecipeReader(checksFiles: false).read(file: repository + "/recipes/" + name)
        #expect(!recipe.description.isEmpty)
        let text = recipe.resolved.serialized(pretty: true)
        let again = try RecipeReader(checksFiles: false).read(text: text, path: "recipe.json", folder: "/elsewhere")
        #expect(again.resolved == recipe.resolved)
        #expect(again.resolved.serialized(pretty: true) == text)
        #expect(again.name == recipe.name)
        #expect(again.model == recipe.model)
        #expect(again.phases.map(\.optimizer) == recipe.phases.map(\.optimizer))
        #expect(again.phases.map(\.policy) == recipe.phases.map(\.policy))
        #expect(again.phases.map(\.name) == recipe.phases.map(\.name))
    }

    @Test func showsEveryDefault() throws {
        let resolved = try read(recipe(loss: #""huber""#)).resolved
        #expect(resolved.serialized(pretty: true) == ResolvedRecipeTests.minimal)
    }

    /// The defaults are promises: whoever changes one changes this text.
    static let minimal = """
        {
          "description": ""
        }

        """
}
