/// Recursive descent over a `LambdaExpression`, with Python's precedence.
struct LambdaParser {
    private let tokens: [LambdaToken]
    private var place = 0
    private var depth = 0
    /// The name of the inputs: what stands between `lambda` and the colon.
    private var variable = "x"

    /// Deeper nesting than this is nobody's arithmetic.
    private static let deepest = 64

    init(_ text: String) throws { tokens = try LambdaToken.all(in: text) }

    private var token: LambdaToken { tokens[place] }

    private func problem(_ text: String) -> LambdaProblem { LambdaProblem(position: token.position, problem: text) }

    private mutating func advance() { place = min(place + 1, tokens.count - 1) }

    private mutating func accept(_ sign: String) -> Bool {
        guard token.kind == .sign(sign) else { return false }
        advance()
        return true
    }

    private mutating func expect(_ sign: String) throws {
        guard accept(sign) else { throw problem("\"\(sign)\" should stand here, not \(token.description)") }
    }

    /// The whole text.
    mutating func expression() throws -> LambdaExpression.Node {
        if token.kind == .name("lambda"), place + 2 < tokens.count, case .name(let name) = tokens[place + 1].kind {
            place += 2
            variable = name
            try expect(":")
        }
        let result = try sum()
        guard token.kind == .end else {
            throw problem("the expression should end here, not go on with \(token.description)")
        }
        return result
    }

    private mutating func sum() throws -> LambdaExpression.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth < LambdaParser.deepest else { throw problem("it is nested too deeply") }
        return try chain(["+", "-"]) { try $0.chain(["*", "/"]) { try $0.signed() } }
    }

    /// Operands of one rank, from the left.
    private mutating func chain(
        _ signs: [String], _ operand: (inout LambdaParser) throws -> LambdaExpression.Node
    ) throws -> LambdaExpression.Node {
        var result = try operand(&self)
        while case .sign(let sign) = token.kind, signs.contains(sign) {
            let position = token.position
            advance()
            let right = try operand(&self)
            result = .init(
                content: .binary(LambdaExpression.Operator(rawValue: sign)!, result, right), position: position)
        }
        return result
    }

    /// A minus binds less than a power: −x² is −(x²).
    private mutating func signed() throws -> LambdaExpression.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth < LambdaParser.deepest else { throw problem("it is nested too deeply") }
        let position = token.position
        if accept("-") { return .init(content: .negation(try signed()), position: position) }
        if accept("+") { return try signed() }
        let base = try subscripted()
        let here = token.position
        guard accept("**") else { return base }
        return .init(content: .binary(.power, base, try signed()), position: here)
    }

    private mutating func subscripted() throws -> LambdaExpression.Node {
        var result = try primary()
        while token.kind == .sign("[") {
            let position = token.position
            advance()
            var parts = [try part()]
            while accept(",") { parts.append(try part()) }
            try expect("]")
            result = .init(content: .subscripted(result, parts), position: position)
        }
        return result
    }

    private mutating func part() throws -> LambdaExpression.Subscript {
        if accept("...") { return .ellipsis }
        let first = try integer()
        guard accept(":") else {
            guard let first else { throw problem("an index or a range should stand here, not \(token.description)") }
            return .index(first)
        }
        let end = try integer()
        return .range(from: first, to: end, step: accept(":") ? try integer() : nil)
    }

    private mutating func integer() throws -> Int? {
        let isNegative = accept("-")
        guard case .number(let value) = token.kind else {
            if isNegative { throw problem("a whole number should stand here, not \(token.description)") }
            return nil
        }
        guard let whole = Int(exactly: value), whole < 1 << 31 else {
            throw problem("an index should be a whole number, not \(token.description)")
        }
        advance()
        return isNegative ? -whole : whole
    }

    private mutating func primary() throws -> LambdaExpression.Node {
        let position = token.position
        switch token.kind {
        case .number(let value):
            advance()
            return .init(content: .number(value), position: position)
        case .string(let text):
            advance()
            return .init(content: .word(text), position: position)
        case .name(let name):
            advance()
            if accept("(") { return .init(content: .call(name, try arguments()), position: position) }
            return .init(content: name == variable ? .input : .word(name), position: position)
        case .sign("("):
            advance()
            return try listed(until: ")", position, isListAlways: false)
        case .sign("["):
            advance()
            return try listed(until: "]", position, isListAlways: true)
        default: throw problem("a value should stand here, not \(token.description)")
        }
    }

    /// `(a)` is a; `(a, b)` and `[a]` are lists.
    private mutating func listed(
        until end: String, _ position: Int, isListAlways: Bool
    ) throws -> LambdaExpression.Node {
        var items: [LambdaExpression.Node] = []
        var isList = isListAlways
        while token.kind != .sign(end) {
            items.append(try sum())
            guard accept(",") else { break }
            isList = true
        }
        try expect(end)
        guard !isList else { return .init(content: .list(items), position: position) }
        guard let only = items.first else {
            throw LambdaProblem(position: position, problem: "the parentheses are empty")
        }
        return only
    }

    private mutating func arguments() throws -> [LambdaExpression.Argument] {
        var result: [LambdaExpression.Argument] = []
        while token.kind != .sign(")") {
            var name: String?
            if case .name(let keyword) = token.kind, tokens[min(place + 1, tokens.count - 1)].kind == .sign("=") {
                name = keyword
                place += 2
            }
            result.append(.init(name: name, value: try sum()))
            guard accept(",") else { break }
        }
        try expect(")")
        return result
    }
}
