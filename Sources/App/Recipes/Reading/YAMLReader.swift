import JSON
import OrderedCollections
import Yams

/// Reads YAML into the same located value that JSON gives. Plain scalars mean what they mean in JSON (so `1e-3` is a
/// number and `yes` a text); everything in quotes is a text.
struct YAMLReader {
    /// Aliases can make a small text enormous.
    private static let maximumNodes = 1_000_000
    private var nodes = 0

    static func read(_ text: String) -> (value: LocatedJSON?, errors: [JSONSyntaxError]) {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                return (nil, [error(1, 1, "expected a mapping, found an empty text")])
            }
            var reader = YAMLReader()
            let (value, place) = try reader.convert(node, depth: 0)
            return (LocatedJSON(value: value, root: place), [])
        } catch let error as JSONSyntaxError {
            return (nil, [error])
        } catch let error as YamlError {
            return (nil, [describe(error)])
        } catch {
            return (nil, [self.error(1, 1, "\(error)")])
        }
    }

    private mutating func convert(
        _ node: Node, depth: Int, key: SourceLocation? = nil
    ) throws -> (JSON, LocatedJSON.Place) {
        let here = YAMLReader.location(node.mark)
        nodes += 1
        guard nodes <= YAMLReader.maximumNodes, depth < 512 else {
            throw JSONSyntaxError(location: here, message: "the text unfolds into too much; write it without aliases")
        }
        switch node {
        case .scalar(let scalar):
            return (YAMLReader.scalar(scalar), LocatedJSON.Place(value: here, key: key ?? here))
        case .sequence(let sequence):
            let parts = try sequence.map { try convert($0, depth: depth + 1) }
            return (
                .array(parts.map(\.0)), LocatedJSON.Place(value: here, key: key ?? here, children: parts.map(\.1))
            )
        case .mapping(let mapping):
            var members: OrderedDictionary<String, JSON> = [:]
            var places: [LocatedJSON.Place] = []
            for (name, value) in mapping {
                let keyLocation = YAMLReader.location(name.mark)
                guard let key = name.scalar?.string else {
                    throw JSONSyntaxError(location: keyLocation, message: "expected a key that is a text")
                }
                guard members[key] == nil else {
                    throw JSONSyntaxError(location: keyLocation, message: "the key \"\(key)\" is there twice")
                }
                let (member, place) = try convert(value, depth: depth + 1, key: keyLocation)
                members[key] = member
                places.append(place)
            }
            return (.object(members), LocatedJSON.Place(value: here, key: key ?? here, children: places))
        case .alias:
            throw JSONSyntaxError(location: here, message: "the alias refers to nothing")
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> JSON {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = scalar.string.utf8.first, first == UInt8(ascii: "-") || first &- 48 < 10,
            let number = try? JSON(parsing: scalar.string), number.double != nil
        else { return .string(scalar.string) }
        return number
    }

    private static func location(_ mark: Mark?) -> SourceLocation {
        SourceLocation(line: max(mark?.line ?? 1, 1), column: max(mark?.column ?? 1, 1))
    }

    private static func error(_ line: Int, _ column: Int, _ message: String) -> JSONSyntaxError {
        JSONSyntaxError(location: SourceLocation(line: line, column: column), message: message)
    }

    private static func describe(_ error: YamlError) -> JSONSyntaxError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return JSONSyntaxError(location: location(mark), message: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
            return JSONSyntaxError(location: location(context.mark), message: "there twice: \(names)")
        case .reader(let problem, _, _, _): return self.error(1, 1, problem)
        default: return self.error(1, 1, "it is not YAML")
        }
    }
}
