/// A piece of a page. Text that is put into a literal is escaped, pieces are put in as they are: a layer named
/// `<script>` cannot become one.
struct Markup: ExpressibleByStringInterpolation {
    private(set) var source: String

    init(stringLiteral value: String) { source = value }
    init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }
    init(verbatim source: String) { self.source = source }

    static let empty = Markup(verbatim: "")

    static func + (a: Markup, b: Markup) -> Markup { Markup(verbatim: a.source + b.source) }
    static func += (a: inout Markup, b: Markup) { a.source += b.source }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + interpolationCount * 8)
        }

        mutating func appendLiteral(_ literal: String) { source += literal }
        mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }
        mutating func appendInterpolation(_ markup: Markup) { source += markup.source }
        mutating func appendInterpolation(_ markups: [Markup]) { for markup in markups { source += markup.source } }
        mutating func appendInterpolation(_ value: Int) { source += "\(value)" }

        /// A coordinate: a tenth of a pixel is as fine as anyone sees.
        mutating func appendInterpolation(_ coordinate: Double) {
            let tenths = (coordinate * 10).rounded() / 10
            source += tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
        }
    }

    /// For element content and quoted attributes alike.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in SafeText.visible(text, keepingLines: true).unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
