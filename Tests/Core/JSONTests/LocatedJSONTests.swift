import JSON
import Testing

@Suite struct LocatedJSONTests {
    let text = """
        {
          "model": { "checkpoint": "a.h5" },
          "phases": [
            { "epochs": 1 },
            { "é": 1, "epochs": "many" }
          ]
        }
        """

    @Test func knowsWhereEverythingStands() throws {
        let (parsed, errors) = LocatedJSON.parse(text)
        let located = try #require(parsed)
        #expect(errors.isEmpty)
        #expect(located.location(of: []) == SourceLocation(line: 1, column: 1))
        #expect(located.location(of: ["model", "checkpoint"]) == SourceLocation(line: 2, column: 28))
        #expect(located.keyLocation(of: ["model", "checkpoint"]) == SourceLocation(line: 2, column: 14))
        #expect(located.location(of: ["phases", 1, "epochs"]) == SourceLocation(line: 5, column: 25))
        #expect(located.location(of: ["phases", 2]) == nil)
        #expect(located.value[["phases", 1, "epochs"]] == "many")
    }

    /// Time grows with the length of a text, not with its square: Keras configs are one line of hundreds of kilobytes.
    @Test func readsLongLines() throws {
        let element = #"{"class_name": "Dense", "config": {"units": 128, "activation": "relu"}}"#
        let line = "[" + Array(repeating: element, count: 5000).joined(separator: ",") + "]"
        var located: LocatedJSON?
        let duration = ContinuousClock().measure { located = LocatedJSON.parse(line).value }
        let column = 2 + 4999 * (element.count + 1)
        #expect(located?.location(of: [4999]) == SourceLocation(line: 1, column: column))
        #expect(duration < .seconds(5))
    }

    @Test func reportsEveryMistakeAndKeepsTheRest() throws {
        let (parsed, errors) = LocatedJSON.parse(
            """
            {
              "a": 1
              "b": True,
              "c": [1, 2,],
              "d": @,
              'e': 5
            }
            """)
        #expect(
            errors.map(\.description) == [
                "line 3, column 3: expected \",\" or \"}\" before the next key, found a string",
                "line 3, column 8: write true instead of True",
                "line 4, column 13: remove the comma before \"]\"",
                "line 5, column 8: expected a value, found \"@\"",
                "line 6, column 3: texts are written in double quotes: \"e\"",
            ])
        #expect(parsed?.value == ["a": 1, "b": true, "c": [1, 2], "e": 5])
        #expect(parsed?.location(of: ["e"]) == SourceLocation(line: 6, column: 8))
    }

    @Test func findsTheFirstByteThatIsNotUTF8() {
        let bytes: [UInt8] = Array("{\"a\":\n \"é".utf8) + [0xF0, 0x28] + Array("\"}".utf8)
        let (value, errors) = bytes.withUnsafeBytes { LocatedJSON.parse(utf8: $0) }
        #expect(value == nil)
        #expect(errors.map(\.description) == ["line 2, column 4: the byte 0xF0 is not UTF-8 text"])
    }

    /// Whatever bytes come, the parser ends, does not trap and says something about what it refused.
    @Test func survivesMutations() {
        var generator = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
        let original = Array(text.utf8) + Array(#"[1.5e-3, "\ud83d\ude00\n", tru, 'x', /* c */ -0, {"k":}]"#.utf8)
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert("{}[]\",:\\/'#0eu".utf8.randomElement(using: &generator)!, at: at)
                default: bytes.removeSubrange(at..<min(at + 7, bytes.count))
                }
                if bytes.isEmpty { bytes = original }
            }
            let (value, errors) = bytes.withUnsafeBytes { LocatedJSON.parse(utf8: $0) }
            #expect(value != nil || !errors.isEmpty)
            #expect(errors.count <= 20)
            if let value, errors.isEmpty {
                #expect(throws: Never.self) { try JSON(parsing: value.value.serialized()) }
            }
        }
    }
}

struct Xorshift: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
