import JSON

/// A place where a table and the type that is made from it disagree: a mistake of this program, not of the recipe.
struct RecipeTableError: Error, CustomStringConvertible {
    let path: String
    var description: String { "the recipe's \(path) was read, but is not what it should be; please report this" }
}

/// What typed sections take out of a completed node.
extension RecipeNode {
    func member(_ key: String) throws -> RecipeNode {
        guard let member = self[key] else { throw RecipeTableError(path: RecipeNode.join(path, key)) }
        return member
    }

    /// The member, or nil where it is null.
    func optional(_ key: String) throws -> RecipeNode? {
        let member = try member(key)
        return member.isNull ? nil : member
    }

    private func value<T>(_ read: (JSON) -> T?) throws -> T {
        guard let value = scalar.flatMap(read) else { throw RecipeTableError(path: path) }
        return value
    }

    func text() throws -> String { try value(\.string) }
    func int() throws -> Int { try value(\.int) }
    func double() throws -> Double { try value(\.double) }
    func bool() throws -> Bool { try value(\.bool) }

    func list() throws -> [RecipeNode] {
        guard let elements else { throw RecipeTableError(path: path) }
        return elements
    }

    func texts() throws -> [String] { try list().map { try $0.text() } }
    func doubles() throws -> [Double] { try list().map { try $0.double() } }
    func ints() throws -> [Int] { try list().map { try $0.int() } }

    /// A choice whose names are an enumeration's.
    func choice<Choice: RawRepresentable<String>>(_ type: Choice.Type) throws -> Choice {
        guard let choice = Choice(rawValue: try text()) else { throw RecipeTableError(path: path) }
        return choice
    }
}
