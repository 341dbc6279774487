import JSON
import OrderedCollections

/// The JSON Schema (draft 2020-12) of recipes, made from the very tables that they are read by. Editors use it to
/// complete keys and to show what they mean.
package enum RecipeSchema {
    package static var json: JSON {
        var definitions = OrderedDictionary<String, JSON>()
        let root = object(.recipe, extra: [:], &definitions)
        var result: OrderedDictionary<String, JSON> = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "finetune recipe",
        ]
        for (key, value) in root.object ?? [:] { result[key] = value }
        definitions.sort { $0.key < $1.key }
        result["$defs"] = .object(definitions)
        return .object(result)
    }

    private static func object(
        _ table: RecipeTable, extra: OrderedDictionary<String, JSON>,
        _ definitions: inout OrderedDictionary<String, JSON>
    ) -> JSON {
        var properties = extra
        var required = extra.keys.map { JSON.string($0) }
        for field in table.fields {
            properties[field.key] = property(field, &definitions)
            // An alias satisfies a reader, but not `required`: keys with aliases stay optional here.
            if field.standard == nil, field.aliases.isEmpty { required.append(.string(field.key)) }
        }
        for field in table.fields {
            for alias in field.aliases where properties[alias] == nil {
                properties[alias] = ["description": .string("The same as \(field.key).")]
            }
        }
        for hoist in table.hoists where properties[hoist.key] == nil {
            properties[hoist.key] = ["description": .string("The same as \(hoist.target.joined(separator: ".")).")]
        }
        var result: OrderedDictionary<String, JSON> = [
            "type": "object", "description": .string(table.doc), "properties": .object(properties),
        ]
        if !required.isEmpty { result["required"] = .array(required) }
        result["additionalProperties"] = false
        return .object(result)
    }

    private static func property(
        _ field: RecipeField, _ definitions: inout OrderedDictionary<String, JSON>
    ) -> JSON {
        var schema = self.schema(field.kind, &definitions)
        if field.isNullable { schema = anyOf([schema, ["type": "null"]]) }
        var result = schema.object ?? [:]
        var doc = field.doc
        if case .later = field.availability { doc += " Not available yet." }
        result["description"] = .string(doc)
        if let standard = field.standard { result["default"] = standard }
        if let example = field.example { result["examples"] = [example] }
        return .object(result)
    }

    private static func anyOf(_ schemas: [JSON]) -> JSON {
        let flat = schemas.flatMap { schema -> [JSON] in
            if let members = schema.object, members.count == 1, let inner = members["anyOf"]?.array { return inner }
            return [schema]
        }
        return ["anyOf": .array(flat)]
    }

    private static func define(
        _ name: String, _ definitions: inout OrderedDictionary<String, JSON>,
        _ make: (inout OrderedDictionary<String, JSON>) -> JSON
    ) -> JSON {
        let key = name.split(separator: " ").joined(separator: "_")
        if definitions[key] == nil {
            definitions[key] = [:]
            definitions[key] = make(&definitions)
        }
        return ["$ref": .string("#/$defs/\(key)")]
    }

    private static func schema(_ kind: RecipeKind, _ definitions: inout OrderedDictionary<String, JSON>) -> JSON {
        switch kind {
        case .bool: return ["type": "boolean"]
        case .whole(let range):
            var result: OrderedDictionary<String, JSON> = ["type": "integer", "minimum": .integer(range.lowerBound)]
            if range.upperBound != .max { result["maximum"] = .integer(range.upperBound) }
            return .object(result)
        case .number(let range): return number(range)
        case .text, .path, .pattern: return ["type": "string"]
        case .choice(let choices):
            return ["enum": .array(choices.flatMap { [$0.name] + $0.aliases }.map { .string($0) })]
        case .duration, .minutes:
            return anyOf([["type": "number", "minimum": 0], ["type": "string"]])
        case .interval: return anyOf([["type": "integer", "minimum": 1], ["type": "string"]])
        case .list(let kind, let minimum):
            var result: OrderedDictionary<String, JSON> = ["type": "array", "items": schema(kind, &definitions)]
            if minimum > 0 { result["minItems"] = .integer(minimum) }
            return .object(result)
        case .oneOrMore(let kind):
            let one = schema(kind, &definitions)
            return anyOf([one, ["type": "array", "items": one, "minItems": 1]])
        case .section(let table): return define(table.name, &definitions) { object(table, extra: [:], &$0) }
        case .named(let variants): return define(variants.noun, &definitions) { named(variants, &$0) }
        case .operation(let table): return define(table.name, &definitions) { operation(table, &$0) }
        case .keyed(let kind): return ["type": "object", "additionalProperties": schema(kind, &definitions)]
        case .perOutput(let kind):
            return anyOf([schema(kind, &definitions), schema(.keyed(kind), &definitions)])
        case .layer: return define("layer", &definitions) { _ in layer }
        case .values: return ["type": "array"]
        case .either(let kinds): return anyOf(kinds.map { schema($0, &definitions) })
        case .open: return [:]
        }
    }

    private static func number(_ range: RecipeKind.NumberRange) -> JSON {
        var result: OrderedDictionary<String, JSON> = ["type": "number"]
        if range.lower > -.greatestFiniteMagnitude {
            result[range.includesLower ? "minimum" : "exclusiveMinimum"] = .number(range.lower)
        }
        if range.upper < .greatestFiniteMagnitude {
            result[range.includesUpper ? "maximum" : "exclusiveMaximum"] = .number(range.upper)
        }
        return .object(result)
    }

    private static func named(
        _ variants: RecipeVariants, _ definitions: inout OrderedDictionary<String, JSON>
    ) -> JSON {
        let key = variants.discriminator
        let available = variants.available
        var alternatives: [JSON] = [
            ["enum": .array(available.flatMap { [$0.name] + $0.aliases }.map { .string($0) })]
        ]
        for variant in available {
            let names = ([variant.name] + variant.aliases).map { JSON.string($0) }
            let object = object(variant.table, extra: [key: ["enum": .array(names)]], &definitions)
            alternatives.append(object)
        }
        // In a phase, and for what has a default, the name may be left out.
        if variants.standard != nil {
            alternatives.append(["type": "object", "not": ["required": [.string(key)]]])
        }
        return ["anyOf": .array(alternatives)]
    }

    private static func operation(
        _ table: RecipeTable, _ definitions: inout OrderedDictionary<String, JSON>
    ) -> JSON {
        var properties: OrderedDictionary<String, JSON> = [:]
        for field in table.fields {
            if case .later = field.availability { continue }
            for name in [field.key] + field.aliases { properties[name] = property(field, &definitions) }
        }
        return [
            "type": "object", "description": .string(table.doc), "properties": .object(properties),
            "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        ]
    }

    private static let layer: JSON = [
        "anyOf": [
            ["type": "string"],
            [
                "type": "object",
                "description": "A layer by its class, with the settings of a Keras config.",
                "properties": ["layer": ["type": "string"], "name": ["type": "string"]],
                "additionalProperties": true,
            ],
        ]
    ]
}
