import Glibc
import JSON
import Layers
import TestSupport
import Tensors
import Testing

/// Arithmetic in place of the Python that a Lambda layer holds.
@Suite struct LambdaTests {
    /// On inputs of (2, 3): what it gives, from a row of x (and of a second input y).
    static let elementwise: [(String, @Sendable (Double) -> Double)] = [
        ("x / 127.5 - 1", { $0 / 127.5 - 1 }), ("(x - 0.5) * 2", { ($0 - 0.5) * 2 }), ("-x ** 2", { -$0 * $0 }),
        ("2 ** 3 + x", { 8 + $0 }), ("x ** 3", { $0 * $0 * $0 }),
        ("(1 + x * x) ** 0.5", { (1 + $0 * $0).squareRoot() }),
        ("1 - -x", { 1 + $0 }), ("+x * .5", { $0 / 2 }), ("1e-1 * x + 2.", { 0.1 * $0 + 2 }),
        ("lambda img: img / 255.", { $0 / 255 }), ("K.relu(x) - tf.nn.sigmoid(x)", { max($0, 0) - 1 / (1 + exp(-$0)) }),
        ("K.tanh(x) + K.exp(x / 4)", { tanh($0) + exp($0 / 4) }), ("K.log(K.square(x))", { log($0 * $0) }),
        ("sqrt(abs(x))", { abs($0).squareRoot() }), ("K.clip(x, -0.2, 0.1)", { min(max($0, -0.2), 0.1) }),
        ("tf.maximum(x, 0.05)", { max($0, 0.05) }), ("tf.cast(x, tf.float32) * 3", { $0 * 3 }),
        ("minimum(x, [1, 1, 1]) / 2 / 2", { min($0, 1) / 4 }), ("6 / 2 * x", { 3 * $0 }),
    ]

    @Test(arguments: elementwise.indices) func arithmetic(_ index: Int) throws {
        let (text, function) = LambdaTests.elementwise[index]
        let check = try LayerCheck("Lambda", [:], inputs: [[2, 3]], lambda: text)
        let x = try #require(check.interpreter.inputs["x0"])
        #expect(deviation(check.output, from: x.map(function)) < 1e-6, "\(text)")
        #expect(check.gradients.worst < 1e-6, "\(text): \(check.gradients)")
        #expect(check.mismatches.isEmpty, "\(text)")
    }

    /// On inputs of (2, 3, 4).
    static let shapes: [(String, Shape)] = [
        ("mean(x, axis=1)", [2, 4]), ("K.sum(x, axis=-1, keepdims=True)", [2, 3, 1]), ("max(x, axis=(1, 2))", [2]),
        ("tf.reduce_min(x, axis=[2])", [2, 3]), ("std(x, axis=1) + var(x, axis=1)", [2, 4]), ("x[:, 0]", [2, 4]),
        ("x[:, -1, 1:3]", [2, 2]), ("x[..., :2]", [2, 3, 2]), ("x[:, ::2]", [2, 2, 4]), ("x[:, ::-1]", [2, 3, 4]),
        ("x[:, :, ::-2]", [2, 3, 2]), ("softmax(x)", [2, 3, 4]), ("K.softmax(x, axis=1)", [2, 3, 4]),
        ("K.l2_normalize(x, axis=1)", [2, 3, 4]), ("K.reshape(x, (-1, 2, 6))", [2, 2, 6]),
        ("reshape(x, (-1, -1, 2))", [2, 6, 2]), ("flatten(x)", [2, 12]),
        ("K.permute_dimensions(x, (0, 2, 1))", [2, 4, 3]),
        ("K.expand_dims(x, axis=-1)", [2, 3, 4, 1]), ("expand_dims(x, 1)", [2, 1, 3, 4]),
        ("squeeze(sum(x, axis=1, keepdims=True), 1)", [2, 4]), ("reverse(x, axes=2)", [2, 3, 4]),
        ("concatenate([x, x * 2], axis=1)", [2, 6, 4]), ("log_softmax(x)", [2, 3, 4]),
    ]

    @Test(arguments: shapes) func shapesAndGradients(_ test: (String, Shape)) throws {
        let check = try LayerCheck("Lambda", [:], inputs: [[2, 3, 4]], lambda: test.0)
        #expect(check.outputShapes == [test.1])
        #expect(check.gradients.worst < 1e-6, "\(check.gradients)")
        #expect(check.mismatches.isEmpty)
    }

    @Test func severalInputs() throws {
        let check = try LayerCheck("Lambda", [:], inputs: [[2, 3], [2, 3]], lambda: "x[0] * x[1] - x[-1]")
        let (a, b) = (check.interpreter.inputs["x0"]!, check.interpreter.inputs["x1"]!)
        #expect(deviation(check.output, from: zip(a, b).map { $0 * $1 - $1 }) < 1e-6)
        #expect(check.gradients.worst < 1e-6)
    }

    @Test func slicesTakeWhatPythonTakes() throws {
        for (text, places) in [
            ("x[:, 1:]", [1, 2, 3, 4]), ("x[:, :-2]", [0, 1, 2]), ("x[:, -3:9:2]", [2, 4]),
            ("x[:, ::-1]", [4, 3, 2, 1, 0]),
            ("x[:, ::-3]", [4, 1]), ("x[:, 1:4:2]", [1, 3]),
        ] {
            let check = try LayerCheck("Lambda", [:], inputs: [[1, 5]], lambda: text)
            let x = try #require(check.interpreter.inputs["x0"])
            #expect(check.output == places.map { x[$0] }, "\(text)")
        }
    }

    static let mistakes: [(String, String)] = [
        ("x +", "at character 4: a value should stand here, not the end"),
        ("x $ 2", "at character 3: \"$\" belongs to no"),
        ("(x + 1", "at character 7: \")\" should stand here"),
        ("x 2", "at character 3: the expression should end here"),
        ("foo(x)", "at character 1: there is no function \"foo\"; the known ones are abs, "),
        ("y * 2", "\"y\" is not known"),
        ("mean(x)", "say over which axis"), ("mean(x, axis=0)", "no axis 0"), ("mean(x, axis=7)", "no axis 7"),
        ("x[0]", "the first dimension is the batch"), ("x[:, 9]", "no place 9 among 3"),
        ("x[:, 0, 0]", "too many indices"),
        ("x[:, 1.5]", "an index should be a whole number"), ("x[:, 2:1]", "holds nothing of 3"),
        ("reshape(x, (-1, 4))", "does not fit into"), ("reshape(x)", "it needs a shape"),
        ("1 + 2", "should depend on x"),
        ("x + [1, 2]", "do not fit"), ("", "a value should stand here, not the end"),
        ("x[0", "\"]\" should stand here"),
        ("clip(x, 1)", "its argument 3 (max_value) is missing"), ("1e999 * x", "is not a number"), ("'x", "has no end"),
        ("reshape(x, (-1, 4294967296, 4294967296, 4294967296))", "whole number"), ("x[:, ::0]", "a step of 0"),
        (String(repeating: "(", count: 500) + "x", "nested too deeply"),
        (String(repeating: "-", count: 500) + "x", "deeply"),
        ("x[:, 99999999999]", "whole number"), ("__import__('os')", "there is no function \"__import__\""),
    ]

    @Test(arguments: mistakes) func mistakesAreShownWithTheirPlace(_ test: (String, String)) throws {
        let text = try #require(refusal("Lambda", [:], inputs: [[2, 3]], lambda: test.0))
        #expect(text.hasPrefix("layer \"layer\" (Lambda): its lambda \"") && text.contains(test.1), "\(text)")
    }

    /// The forms in which the Kerases keep code: only its size is ever looked at.
    static let code: [(JSON, String)] = [
        (
            ["function": ["4wEAAAAAAAAAAAAAAAEAAAACAAAAUwAAAHMIAAAAfABkARsAUwA=\n", nil, nil]],
            "it holds 38 bytes of Python code"
        ),
        (
            ["function": ["class_name": "__lambda__", "config": ["code": "4wEAAAAAAAAA", "defaults": nil]]],
            "it holds 9 bytes of Python code"
        ),
        (["function": "c\u{1}\u{0}\u{0}|\u{0}d\u{1} S(\u{2}"], "it holds 12 bytes of Python code"),
        (["function": "preprocess"], "it calls a Python function named \"preprocess\""), ([:], "it holds Python"),
    ]

    @Test(arguments: code) func withoutAWordItIsRefused(_ test: (JSON, String)) throws {
        let text = try #require(refusal("Lambda", test.0, inputs: [[2, 3]], lambda: nil))
        #expect(text.contains(test.1) && text.contains("\"lambda\": {\"layer\": \"x / 127.5 - 1\"}"), "\(text)")
    }
}
