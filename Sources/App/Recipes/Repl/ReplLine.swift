import JSON

/// What was typed, as words: parted by blanks, quoted with `'` or `"` where they hold some; `#` begins a remark.
struct ReplLine: Hashable {
    let words: [String]

    init(words: [String]) { self.words = words }

    /// - Throws: `UsageError` for a quote without its end.
    init(_ text: String) throws {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
                word = word ?? ""
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let done = word { words.append(done) }
                word = nil
            } else if character == "#", word == nil {
                break
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let quote { throw UsageError("a \(quote) is opened and never closed; put one more at the end") }
        if let word { words.append(word) }
        self.words = words
    }

    var verb: String? { words.first }
    var arguments: [String] { Array(words.dropFirst()) }
}

/// A `key=value` among the arguments of a command.
struct ReplSetting: Hashable {
    let path: [String]
    let value: JSON

    /// Nil where there is no `=`, or a blank before it.
    init?(_ word: String) {
        guard word.contains("="), let setting = try? RecipeOverride(word) else { return nil }
        path = setting.path
        value = setting.value
    }
}

extension JSON {
    /// The value with another in the place that keys lead to; objects on the way are made.
    func setting(_ path: some Collection<String>, to value: JSON) -> JSON {
        guard let key = path.first else { return value }
        var result: JSON = object == nil ? [:] : self
        // A name alone is short for an object with that name.
        if case .string = self { result["name"] = self }
        result[key] = (result[key] ?? .null).setting(path.dropFirst(), to: value)
        return result
    }
}
