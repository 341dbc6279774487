import JSON
import Testing

@Suite struct ParsingTests {
    @Test func readsEveryKindOfValue() throws {
        let value = try JSON(parsing: #" {"a": [1, -2, 3.5, 1e3, true, false, null], "b": {"c": "x"}} "#)
        #expect(value == ["a": [1, -2, 3.5, 1000.0, true, false, nil], "b": ["c": "x"]])
        #expect(value["a"]?[3] == .number(1000))
        #expect(value.object?.keys.elements == ["a", "b"])
    }

    @Test(arguments: [
        ("0", JSON.integer(0)), ("-0", .integer(0)), ("-0.0", .number(-0.0)), ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ("123456789012345678901234567890", .number(1.2345678901234568e29)), ("0.1", .number(0.1)),
        ("5e-324", .number(.leastNonzeroMagnitude)), ("1E+2", .number(100)),
    ])
    func readsNumbers(text: String, expected: JSON) throws {
        #expect(try JSON(parsing: text) == expected)
    }

    @Test func readsEscapesAndSurrogatePairs() throws {
        let value = try JSON(parsing: #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#)
        #expect(value.string == "\"\\/\u{8}\u{C}\n\r\té😀é😀")
    }

    @Test func readsWhatPythonWritesOnlyWhenAsked() throws {
        let text = "[NaN, Infinity, -Infinity]"
        let values = try #require(JSON(parsing: text, allowingNonFinite: true).array)
        #expect(values[0].double?.isNaN == true)
        #expect(values[1] == .number(.infinity))
        #expect(values[2] == .number(-.infinity))
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
    }

    @Test(arguments: [
        ("", "1:1: expected a JSON value, found an empty text"),
        ("[1, 2", "1:6: the list that begins at line 1, column 1 is never closed"),
        ("{\"a\": 1,}", "1:8: remove the comma before \"}\""),
        ("[1 2]", "1:4: expected \",\" or \"]\" before the next element, found \"2\""),
        ("{\"a\" 1}", "1:6: expected \":\" after the key \"a\", found \"1\""),
        ("{a: 1}", "1:2: keys are written in double quotes: \"a\""),
        ("['x']", "1:2: texts are written in double quotes: \"x\""),
        ("{\"a\": 1, \"a\": 2}", "1:10: the key \"a\" is there twice"),
        ("[True]", "1:2: write true instead of True"),
        ("[01]", "1:2: \"01\" must not begin with 0"),
        ("[1.]", "1:2: \"1.\" needs a digit after the point"),
        ("[-]", "1:2: \"-\" has no digits"),
        ("[.5]", "1:2: a number begins with a digit or \"-\", found \".5\""),
        ("[1e999]", "1:2: the number 1e999 is too large"),
        ("[\"a\nb\"]", "1:2: the text that begins here has no closing quote on its line"),
        ("\"\\x\"", "1:2: \"\\x\" is no escape; write \\\\ for a backslash"),
        ("\"\\ud800\"", "1:2: \\ud800 is half of a surrogate pair"),
        ("\"\u{1}\"", "1:2: a control character in a text is written as \\u0001, or \\t for a tab"),
        ("1 2", "1:3: expected the end of the text after the value, found \"2\""),
        (
            "[1, // one\n 2]",
            "1:5: JSON has no comments; remove it, or write the text as the value of a \"description\" key"
        ),
        ("[1}", "1:3: expected \"]\" to close the list that begins at line 1, found \"}\""),
        ("{\"é\": tru}", "1:7: expected a value, found \"tru\"; texts are written in double quotes"),
    ])
    func saysWhereAndWhatIsWrong(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
        #expect(error.map { "\($0.location): \($0.message)" } == message)
    }

    @Test func boundsTheDepth() {
        let deep = String(repeating: "[", count: 100_000)
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: deep) }
        #expect(error?.message == "values are nested more than 512 deep")
        #expect(LocatedJSON.parse(deep).errors.count == 1)
        let allowed = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(throws: Never.self) { try JSON(parsing: allowed) }
    }

    @Test func skipsAByteOrderMark() throws {
        #expect(try JSON(parsing: "\u{FEFF}1") == 1)
    }
}
