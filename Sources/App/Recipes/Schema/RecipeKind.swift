import JSON

/// What may stand behind a key.
indirect enum RecipeKind: Sendable {
    case bool
    case whole(ClosedRange<Int>)
    case number(NumberRange)
    case text
    case choice([Choice])
    case path(PathUse)
    /// Steps, a share of the phase, or `"2 epochs"`.
    case duration
    /// How often: `"1 epoch"`, steps or, where the flag says so, `"10 minutes"`.
    case interval(allowsMinutes: Bool)
    /// A number of minutes, or `"2 hours"`.
    case minutes
    /// A path pattern, `last 3`, `until: L` or `from: L`.
    case pattern
    case list(RecipeKind, minimum: Int)
    /// One, or a list of at least one; always a list once read.
    case oneOrMore(RecipeKind)
    case section(RecipeTable)
    case named(RecipeVariants)
    /// An object with exactly one key, which names an operation.
    case operation(RecipeTable)
    /// An object with keys of the user's own.
    case keyed(RecipeKind)
    /// A layer: `layer`, and the settings of a Keras config.
    case layer
    /// Numbers in lists in lists; with `text`, names of classes too.
    case values(text: Bool)
    /// One for the whole model, or an object with one for each of its outputs by their names.
    case perOutput(RecipeKind)
    /// The first that takes the kind of JSON value that is there.
    case either([RecipeKind])
    /// An object that something else checks.
    case open

    struct Choice: Sendable, ExpressibleByStringLiteral {
        let name: String
        let aliases: [String]
        let availability: RecipeField.Availability

        init(_ name: String, aliases: [String] = [], availability: RecipeField.Availability = .now) {
            self.name = name
            self.aliases = aliases
            self.availability = availability
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    enum PathUse: Sendable {
        case file, folder, fileOrFolder
        /// Need not exist.
        case output
    }

    struct NumberRange: Sendable {
        let lower: Double
        let upper: Double
        let includesLower: Bool
        let includesUpper: Bool

        static let any = NumberRange(
            lower: -.greatestFiniteMagnitude, upper: .greatestFiniteMagnitude, includesLower: true, includesUpper: true)
        static let positive = NumberRange(
            lower: 0, upper: .greatestFiniteMagnitude, includesLower: false, includesUpper: true)
        static let notNegative = NumberRange(
            lower: 0, upper: .greatestFiniteMagnitude, includesLower: true, includesUpper: true)
        /// At least 0 and below 1.
        static let share = NumberRange(lower: 0, upper: 1, includesLower: true, includesUpper: false)
        /// Above 0 and at most 1.
        static let factor = NumberRange(lower: 0, upper: 1, includesLower: false, includesUpper: true)
        /// Above 0 and below 1.
        static let fraction = NumberRange(lower: 0, upper: 1, includesLower: false, includesUpper: false)
        static let unit = NumberRange(lower: 0, upper: 1, includesLower: true, includesUpper: true)

        func contains(_ value: Double) -> Bool {
            value.isFinite && (includesLower ? value >= lower : value > lower)
                && (includesUpper ? value <= upper : value < upper)
        }

        var words: String {
            let hasLower = lower > -.greatestFiniteMagnitude
            let hasUpper = upper < .greatestFiniteMagnitude
            let low = (includesLower ? "of at least " : "above ") + RecipeKind.short(lower)
            let high = (includesUpper ? "at most " : "below ") + RecipeKind.short(upper)
            switch (hasLower, hasUpper) {
            case (true, true): return "a number \(low) and \(high)"
            case (true, false): return "a number \(low)"
            case (false, true): return "a number \(high)"
            case (false, false): return "a number"
            }
        }
    }

    static func short(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

    /// As it follows "expected".
    var words: String {
        switch self {
        case .bool: "true or false"
        case .whole(let range):
            range.upperBound >= 1_000_000
                ? "a whole number of at least \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): range.words
        case .text: "a text"
        case .choice(let choices): RecipeKind.oneOf(choices.map { "\"\($0.name)\"" })
        case .path(.folder): "the path of a folder"
        case .path(.fileOrFolder): "the path of a file or folder"
        case .path: "the path of a file"
        case .duration: "a whole number of steps, a share of the phase below 1, or a text such as \"2 epochs\""
        case .interval(true): "\"auto\", \"1 epoch\", a number of steps, or \"10 minutes\""
        case .interval(false): "\"1 epoch\" or a number of steps"
        case .minutes: "a number of minutes, or a text such as \"2 hours\""
        case .pattern: "a pattern such as \"head.**\""
        case .list(let kind, 0): "a list of \(kind.noun)s"
        case .list(let kind, 1): "a list of at least one \(kind.noun)"
        case .list(let kind, let minimum): "a list of at least \(minimum) \(kind.noun)s"
        case .oneOrMore(let kind): "\(kind.words), or a list"
        case .section, .open, .keyed: "an object"
        case .named(let variants): "a name or an object with \"\(variants.discriminator)\""
        case .perOutput(let kind): "\(kind.words), or an object with one for each output"
        case .operation: "an object with one key"
        case .layer: "a layer such as { \"layer\": \"Dense\", \"units\": 10 }"
        case .values: "numbers, in lists"
        case .either(let kinds): kinds.map(\.words).joined(separator: ", or ")
        }
    }

    /// One element of a list, in messages.
    private var noun: String {
        switch self {
        case .text: "text"
        case .number, .whole: "number"
        case .layer: "layer"
        case .pattern: "pattern"
        case .path: "path"
        case .section, .operation, .open: "object"
        default: "element"
        }
    }

    static func oneOf(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Whether an object has the names of outputs for keys, rather than being what is there for one: it names nothing
    /// itself, and everything in it could be for an output.
    static func namesOutputs(_ node: RecipeNode) -> Bool {
        guard let members = node.members, !members.isEmpty, members["name"] == nil else { return false }
        return members.values.allSatisfy { $0.scalar?.string != nil || $0.members != nil || $0.elements != nil }
    }

    /// Whether the kind of JSON value fits, whatever the value; decides between alternatives.
    func takes(_ node: RecipeNode) -> Bool {
        switch (self, node.content) {
        case (.bool, .scalar(.bool)): true
        case (.whole, .scalar(.integer)), (.whole, .scalar(.number)): true
        case (.number, .scalar(.integer)), (.number, .scalar(.number)): true
        case (.minutes, .scalar(.integer)), (.minutes, .scalar(.number)), (.minutes, .scalar(.string)): true
        case (.duration, .scalar(let value)), (.interval, .scalar(let value)):
            value.double != nil || value.string != nil
        case (.text, .scalar(.string)), (.choice, .scalar(.string)), (.path, .scalar(.string)): true
        case (.pattern, .scalar(.string)), (.layer, .scalar(.string)), (.named, .scalar(.string)): true
        case (.operation, .scalar(.string)): true
        case (.list, .list), (.oneOrMore, .list), (.values, .list): true
        case (.oneOrMore(let kind), _): kind.takes(node)
        case (.section, .object), (.named, .object), (.operation, .object), (.keyed, .object): true
        case (.layer, .object), (.open, .object): true
        case (.values, .scalar(let value)): value.double != nil
        case (.perOutput(let kind), _): kind.takes(node) || RecipeKind.namesOutputs(node)
        case (.either(let kinds), _): kinds.contains { $0.takes(node) }
        default: false
        }
    }
}
