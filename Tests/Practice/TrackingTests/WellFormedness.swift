/// Checks the part of XML that a page needs: tags that nest and close, quoted attributes without twins, known entities,
/// no characters that XML 1.0 forbids, no id twice, no scripts in attributes.
struct WellFormedness {
    private var rest: Substring.UnicodeScalarView
    private var open: [String] = []
    private(set) var problems: [String] = []
    private(set) var elements: [String: Int] = [:]
    /// Values of `href` and `src`.
    private(set) var references: [String] = []
    private var identifiers: Set<String> = []
    /// Elements that HTML gives no end tag, and those of SVG that have no content here.
    private static let empty: Set = ["meta", "img", "br", "path", "rect", "circle", "line"]

    init(_ page: String) {
        rest = page.unicodeScalars[...]
        for scalar in page.unicodeScalars where scalar.value < 0x20 && scalar != "\n" && scalar != "\t" {
            problems.append("the control character \(scalar.value)")
        }
        while problems.count < 5, let scalar = rest.first {
            switch scalar {
            case "<": readTag()
            case "&": readEntity()
            case ">": fail("a stray >")
            default: rest.removeFirst()
            }
        }
        if !open.isEmpty { problems.append("never closed: \(open)") }
    }

    private mutating func fail(_ what: String) {
        problems.append(what + " before: " + String(rest.prefix(40)))
        rest = rest.dropFirst()
    }

    private mutating func readEntity() {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
        guard let entity = known.first(where: { rest.starts(with: $0.unicodeScalars) }) else {
            return fail("an unknown entity")
        }
        rest = rest.dropFirst(entity.unicodeScalars.count)
    }

    private mutating func readTag() {
        rest.removeFirst()
        if rest.starts(with: "!DOCTYPE html>".unicodeScalars) {
            rest = rest.dropFirst("!DOCTYPE html>".unicodeScalars.count)
        } else if rest.first == "/" {
            rest.removeFirst()
            let name = readName()
            if open.last != name { return fail("</\(name)> closes \(open.last ?? "nothing")") }
            open.removeLast()
            if rest.first == ">" { rest.removeFirst() } else { fail("a broken end tag") }
        } else {
            readStartTag()
        }
    }

    private mutating func readStartTag() {
        let name = readName()
        if name.isEmpty { return fail("a stray <") }
        elements[name, default: 0] += 1
        var attributes: Set<String> = []
        while true {
            skipSpace()
            if rest.starts(with: "/>".unicodeScalars) {
                // An HTML reader takes <p/> for <p>.
                if !WellFormedness.empty.contains(name) { return fail("<\(name)/> that never ends") }
                rest = rest.dropFirst(2)
                return
            }
            if rest.first == ">" {
                rest.removeFirst()
                return open.append(name)
            }
            let attribute = readName()
            guard !attribute.isEmpty, attributes.insert(attribute).inserted, rest.starts(with: "=\"".unicodeScalars)
            else {
                return fail("a bad attribute in <\(name)>")
            }
            rest = rest.dropFirst(2)
            let value = String(rest.prefix { $0 != "\"" })
            if attribute == "href" || attribute == "src" { references.append(value) }
            if attribute == "id", !identifiers.insert(value).inserted { return fail("a second id \(value)") }
            if attribute.hasPrefix("on") { return fail("a script in \(attribute)") }
            while let scalar = rest.first, scalar != "\"" {
                if scalar == "<" { return fail("a < in an attribute") }
                if scalar == "&" { readEntity() } else { rest.removeFirst() }
            }
            if rest.first == "\"" { rest.removeFirst() } else { return fail("an attribute without an end") }
        }
    }

    private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" } }

    private mutating func readName() -> String {
        let name = rest.prefix {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-" || $0 == ":"
        }
        rest = rest.dropFirst(name.count)
        return String(name)
    }
}
