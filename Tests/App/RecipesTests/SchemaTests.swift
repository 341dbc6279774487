import JSON
import Recipes
import Testing

@Suite struct SchemaTests {
    @Test func knowsWhatRecipesSay() throws {
        let schema = RecipeSchema.json
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["properties"]?["seed"]?["default"] == 42)
        #expect(schema[["$defs", "data", "properties", "batch_size", "default"]] == 32)
        #expect(schema[["$defs", "data", "additionalProperties"]] == false)
        let text = schema.serialized(pretty: true)
        #expect(try JSON(parsing: text) == schema)
    }

    /// Every key of a resolved recipe is described, and every reference leads somewhere.
    @Test func describesEveryKey() throws {
        let schema = RecipeSchema.json
        let definitions = try #require(schema["$defs"]?.object)
        var references = 0
        func visit(_ value: JSON) {
            for (key, member) in value.object ?? [:] {
                if key == "$ref", let target = member.string {
                    references += 1
                    #expect(definitions[String(target.dropFirst("#/$defs/".count))] != nil, "\(target)")
                }
                if key == "properties" {
                    for (name, property) in member.object ?? [:] where property["enum"] == nil {
                        #expect(property["description"] != nil || name == "layer" || name == "name", "\(name)")
                    }
                }
                visit(member)
            }
            for element in value.array ?? [] { visit(element) }
        }
        visit(schema)
        #expect(references > 10)
        let resolved = try read(recipe()).resolved
        for key in resolved.object?.keys.elements ?? [] { #expect(schema["properties"]?[key] != nil, "\(key)") }
    }
}
