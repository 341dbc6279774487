import JSON
import OrderedCollections

/// One `--set key.path=value` of the command line.
package struct RecipeOverride: Hashable, Sendable {
    /// No recipe is nested as deep.
    private static let maximumDepth = 64

    package let path: [String]
    package let value: JSON

    /// Splits at the first `=`. The value is read as JSON, else it is the text itself.
    /// - Throws: `RecipeOverrideError` where there is no `=` or a part of the path is empty.
    package init(_ text: String) throws {
        guard let equals = text.firstIndex(of: "=") else {
            throw RecipeOverrideError(text: text, reason: "it has no \"=\"")
        }
        path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ !$0.isEmpty }) else {
            throw RecipeOverrideError(text: text, reason: "a part of the key before \"=\" is empty")
        }
        guard path.count <= RecipeOverride.maximumDepth else {
            throw RecipeOverrideError(text: String(text.prefix(60)) + "…", reason: "its key has too many parts")
        }
        let written = String(text[text.index(after: equals)...])
        value = (try? JSON(parsing: written)) ?? .string(written)
    }

    var dotted: String { path.joined(separator: ".") }
}

/// A `--set` that cannot be understood.
package struct RecipeOverrideError: Error, CustomStringConvertible {
    package let text: String
    package let reason: String
    package var description: String {
        "--set \"\(text)\" cannot be used: \(reason); write it as in --set data.batch_size=64"
    }
}

extension RecipeNode {
    /// Puts the override's value in its place and makes the objects on the way there.
    /// - Returns: what is wrong with the path, or nil.
    mutating func apply(_ override: RecipeOverride, file: String) -> RecipeProblem? {
        let origin = RecipeOrigin.option(override.dotted)
        do {
            self = try setting(override.path[...], to: override.value, origin: origin)
            return nil
        } catch let error as OverrideFault {
            return RecipeProblem(file: file, origin: origin, path: override.dotted, message: error.message)
        } catch {
            return RecipeProblem(file: file, origin: origin, path: override.dotted, message: "\(error)")
        }
    }

    private struct OverrideFault: Error { let message: String }

    private func setting(
        _ path: ArraySlice<String>, to value: JSON, origin: RecipeOrigin
    ) throws -> RecipeNode {
        guard let key = path.first else { return RecipeNode(value, origin: origin, path: self.path) }
        if var elements {
            guard let index = Int(key), index >= 0, index <= elements.count else {
                throw OverrideFault(
                    message: "\(self.path) is a list of \(elements.count), so after it comes a number from 0 to "
                        + "\(elements.count) (which adds one), found \"\(key)\"")
            }
            let old = index < elements.count ? elements[index] : hole(key, origin)
            let new = try old.setting(path.dropFirst(), to: value, origin: origin)
            if index < elements.count { elements[index] = new } else { elements.append(new) }
            return with(.list(elements))
        }
        var members = members ?? [:]
        if let scalar, !scalar.isNull {
            guard case .string = scalar else {
                throw OverrideFault(message: "\(self.path) is \(found), so it has nothing called \"\(key)\"")
            }
            // A name alone is short for an object with that name.
            members["name"] = RecipeNode(.scalar(scalar), origin: self.origin, path: RecipeNode.join(self.path, "name"))
        } else if members.isEmpty, isNull, Int(key) == 0 {
            let element = try hole(key, origin).setting(path.dropFirst(), to: value, origin: origin)
            return RecipeNode(.list([element]), origin: origin, path: self.path)
        }
        let old = members[key] ?? hole(key, origin)
        members[key] = try old.setting(path.dropFirst(), to: value, origin: origin)
        return with(.object(members))
    }

    private func hole(_ key: String, _ origin: RecipeOrigin) -> RecipeNode {
        RecipeNode(.scalar(.null), origin: origin, path: RecipeNode.join(path, key))
    }
}
