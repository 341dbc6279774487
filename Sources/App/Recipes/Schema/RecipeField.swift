import JSON

/// One key of a recipe: its spelling, what may stand there, what stands there when nobody writes it, and a line about
/// it. The tables of fields drive reading, suggestions, the resolved recipe and the schema alike.
struct RecipeField: Sendable {
    let key: String
    /// Spellings that people bring along from other tools.
    let aliases: [String]
    let kind: RecipeKind
    /// Nil: must be written. Null: may be absent, and `null` may be written.
    let standard: JSON?
    let doc: String
    /// What a message suggests where the default is no help.
    let example: JSON?
    let availability: Availability
    /// Keys of which one, written in a phase, replaces the other of the top level.
    let excludes: [String]

    /// Whether the program can do it yet.
    enum Availability: Sendable {
        case now
        /// Named in the contract; refused with a sentence until it is there.
        case later
    }

    init(
        _ key: String, _ kind: RecipeKind, standard: JSON?, aliases: [String] = [], example: JSON? = nil,
        availability: Availability = .now, excludes: [String] = [], _ doc: String
    ) {
        self.key = key
        self.aliases = aliases
        self.kind = kind
        self.standard = standard
        self.doc = doc
        self.example = example
        self.availability = availability
        self.excludes = excludes
    }

    /// For one element of a list behind this key, which the key's own default and example do not describe.
    var element: RecipeField { RecipeField(key, kind, standard: nil, doc) }

    /// The same key without one of its other spellings.
    func without(alias: String) -> RecipeField {
        RecipeField(
            key, kind, standard: standard, aliases: aliases.filter { $0 != alias }, example: example,
            availability: availability, excludes: excludes, doc)
    }

    var isNullable: Bool { standard?.isNull ?? false }
}

/// The keys of one object of a recipe. Closed: no others are allowed.
struct RecipeTable: Sendable {
    /// As definitions of the schema and messages call it: `early_stopping`.
    let name: String
    let doc: String
    let fields: [RecipeField]
    /// Keys that are accepted here although they belong deeper: `lr` for `optimizer.learning_rate`.
    let hoists: [Hoist]

    struct Hoist: Sendable {
        let key: String
        let target: [String]
    }

    init(_ name: String, _ doc: String, hoists: [Hoist] = [], _ fields: [RecipeField]) {
        self.name = name
        self.doc = doc
        self.fields = fields
        self.hoists = hoists
    }

    func field(_ key: String) -> RecipeField? {
        fields.first { $0.key == key || $0.aliases.contains(key) }
    }

    var keys: [String] { fields.map(\.key) }
}

/// One of several tables, chosen by a name in the object: the optimizers, the schedules, the sources of data.
struct RecipeVariants: Sendable {
    /// The key whose value chooses: `name` or `format`.
    let discriminator: String
    /// What is chosen, in messages: "optimizer".
    let noun: String
    let variants: [Variant]
    /// Chosen where nothing is written.
    let standard: String?

    struct Variant: Sendable {
        let name: String
        let aliases: [String]
        let table: RecipeTable
        let availability: RecipeField.Availability

        init(
            _ name: String, aliases: [String] = [], availability: RecipeField.Availability = .now, _ doc: String,
            _ fields: [RecipeField]
        ) {
            self.name = name
            self.aliases = aliases
            self.availability = availability
            table = RecipeTable(name, doc, fields)
        }
    }

    var available: [Variant] {
        variants.filter { if case .now = $0.availability { true } else { false } }
    }

    func variant(_ name: String) -> Variant? {
        variants.first { $0.name == name || $0.aliases.contains(name) }
    }
}
