import JSON
import Testing

@Suite struct WritingTests {
    static let cases: [(JSON, String)] = [
        (.number(1), "1.0"), (.number(1e-5), "1e-05"), (.number(0.001), "0.001"), (.number(1e22), "1e+22"),
        (.number(-0.0), "-0.0"), (.number(.nan), "NaN"), (.number(-.infinity), "-Infinity"), (.integer(1), "1"),
        (.string("a\"\\\n\u{1}é"), #""a\"\\\n\u0001é""#), ([], "[]"), ([:], "{}"), ([1, nil, true], "[1,null,true]"),
        (["a": ["b": 1.5]], #"{"a":{"b":1.5}}"#),
    ]

    @Test(arguments: cases)
    func writesCompactly(value: JSON, text: String) {
        #expect(value.serialized() == text)
    }

    @Test func writesPrettily() {
        let value: JSON = [
            "name": "x", "classes": [5, 6, 7], "empty": [:],
            "phases": [["epochs": 1, "policy": [["freeze": "**"], ["unfreeze": ["head.**", "b"]]]]],
            "loss": ["name": "mse"],
        ]
        #expect(
            value.serialized(pretty: true) == """
                {
                  "name": "x",
                  "classes": [5, 6, 7],
                  "empty": {},
                  "phases": [
                    {
                      "epochs": 1,
                      "policy": [
                        { "freeze": "**" },
                        { "unfreeze": ["head.**", "b"] }
                      ]
                    }
                  ],
                  "loss": {
                    "name": "mse"
                  }
                }

                """)
    }

    @Test func readsBackWhatItWrites() throws {
        var generator = Xorshift(state: 7)
        for _ in 0..<2000 {
            let bits = Double(bitPattern: generator.next())
            guard bits.isFinite else { continue }
            #expect(try JSON(parsing: JSON.number(bits).serialized()) == .number(bits))
        }
    }
}
