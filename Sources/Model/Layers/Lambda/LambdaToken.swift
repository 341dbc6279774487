/// A word, number or sign of a `LambdaExpression`.
struct LambdaToken: Hashable {
    enum Kind: Hashable {
        case number(Double)
        /// A name, with the dots of the modules before it.
        case name(String)
        case string(String)
        case sign(String)
        case end
    }

    let kind: Kind
    /// Characters before it.
    let position: Int

    /// For messages.
    var description: String {
        switch kind {
        case .number(let value): "\(value)"
        case .name(let text), .sign(let text): "\"\(text)\""
        case .string(let text): "'\(text)'"
        case .end: "the end"
        }
    }

    private static let signs = ["**", "...", "+", "-", "*", "/", "(", ")", "[", "]", ",", ":", "="]

    /// - Throws: `LambdaProblem` at a character that belongs to nothing.
    static func all(in text: String) throws -> [LambdaToken] {
        let characters = Array(text)
        var tokens: [LambdaToken] = []
        var place = 0
        func take(while holds: (Character) -> Bool) -> String {
            let start = place
            while place < characters.count, holds(characters[place]) { place += 1 }
            return String(characters[start..<place])
        }
        while place < characters.count {
            let (start, character) = (place, characters[place])
            let rest = characters[place...].prefix(3)
            if character.isWhitespace {
                place += 1
                continue
            }
            if character.isASCIILetter || character == "_" {
                let name = take { $0.isASCIILetter || $0.isASCIIDigit || $0 == "_" || $0 == "." }
                tokens.append(LambdaToken(kind: .name(name), position: start))
            } else if character.isASCIIDigit || character == "." && rest.dropFirst().first?.isASCIIDigit == true {
                var literal = take { $0.isASCIIDigit || $0 == "." }
                if place < characters.count, "eE".contains(characters[place]) {
                    literal.append(characters[place])
                    place += 1
                    if place < characters.count, "+-".contains(characters[place]) {
                        literal.append(characters[place])
                        place += 1
                    }
                    literal += take { $0.isASCIIDigit }
                }
                // Python writes 2. and .5 as well.
                let plain = (literal.hasPrefix(".") ? "0" : "") + literal + (literal.hasSuffix(".") ? "0" : "")
                guard let value = Double(plain), value.isFinite else {
                    throw LambdaProblem(position: start, problem: "\(literal) is not a number")
                }
                tokens.append(LambdaToken(kind: .number(value), position: start))
            } else if character == "'" || character == "\"" {
                place += 1
                let content = take { $0 != character }
                guard place < characters.count else {
                    throw LambdaProblem(position: start, problem: "the quotation has no end")
                }
                place += 1
                tokens.append(LambdaToken(kind: .string(content), position: start))
            } else if let sign = signs.first(where: { String(rest).hasPrefix($0) }) {
                place += sign.count
                tokens.append(LambdaToken(kind: .sign(sign), position: start))
            } else {
                throw LambdaProblem(position: start, problem: "\"\(character)\" belongs to no arithmetic")
            }
        }
        return tokens + [LambdaToken(kind: .end, position: characters.count)]
    }
}

extension Character {
    fileprivate var isASCIILetter: Bool { isASCII && isLetter }
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
