import JSON
import Tracking

/// Something about a run that can be compared.
enum RunValue: Hashable, Sendable {
    case number(Double)
    case text(String)

    /// What stands in a recipe under keys and places in lists, joined by dots; nil where nothing does, or no single value.
    init?(_ recipe: JSON, at path: String) {
        var value = recipe
        for part in path.split(separator: ".") {
            if let list = value.array {
                guard let place = Int(part), list.indices.contains(place) else { return nil }
                value = list[place]
            } else {
                guard let member = value[String(part)] else { return nil }
                value = member
            }
        }
        switch value {
        case .integer(let number): self = .number(Double(number))
        case .number(let number): self = .number(number)
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .text(flag ? "true" : "false")
        case .null, .array, .object: return nil
        }
    }

    private init(_ text: String) { self = Double(text).map(RunValue.number) ?? .text(text) }

    var text: String {
        switch self {
        case .text(let text): text
        case .number(let number):
            Int(exactly: number).map(String.init) ?? (number.isFinite ? Figures.score(number) : "\(number)")
        }
    }

    /// A condition of `--filter`: a key, an operator, a value.
    struct Condition: Sendable {
        let key: String
        private let sign: String
        private let expected: RunValue

        /// - Throws: `UsageError` for what is no condition.
        init(_ text: String) throws {
            let place = text.firstIndex { "=<>!".contains($0) }
            let sign = place.map { text[$0...].prefix { "=<>!".contains($0) } } ?? ""
            key = String(text[..<(place ?? text.endIndex)]).trimmed
            let value = String(text[(place ?? text.endIndex)...].dropFirst(sign.count)).trimmed
            self.sign = sign == "==" ? "=" : String(sign)
            expected = RunValue(value)
            guard !key.isEmpty, !value.isEmpty, ["=", "!=", "<", "<=", ">", ">="].contains(self.sign) else {
                throw UsageError(
                    "--filter \(text) is no condition; expected a key, one of = != < <= > >=, and a value, as "
                        + "status=done or 'val_accuracy>0.9'")
            }
            if case .text = expected, self.sign != "=", self.sign != "!=" {
                throw UsageError("--filter \(text): \(self.sign) compares numbers, and \(value) is none")
            }
        }

        /// Whether a run's value is as it should be; one without a value is not.
        func holds(_ value: RunValue?) -> Bool {
            switch (value, expected) {
            case (.number(let number), .number(let other)):
                switch sign {
                case "=": number == other
                case "!=": number != other
                case "<": number < other
                case "<=": number <= other
                case ">": number > other
                default: number >= other
                }
            case (let value?, _): sign == "!=" ? !value.says(expected) : sign == "=" && value.says(expected)
            case (nil, _): false
            }
        }
    }

    private func says(_ other: RunValue) -> Bool { text.lowercased() == other.text.lowercased() }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
