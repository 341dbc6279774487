import Graph
import JSON
import Tensors

/// Keras' layer around a piece of Python. The code in a file is never read, let alone run: what it computes has to be
/// said in arithmetic (`LambdaExpression`), by the layer's name.
package struct LambdaLayer: Layer {
    package static let className = "Lambda"
    let expression: LambdaExpression

    package init(_ config: inout LayerConfig) throws {
        let function = config.take("function")
        for key in [
            "function_type", "module", "output_shape", "output_shape_type", "output_shape_module", "arguments", "mask",
            "mask_type", "mask_module",
        ] {
            _ = config.take(key)
        }
        guard let text = config.lambda else {
            throw config.error(
                "\(LambdaLayer.describe(function)); say what it computes in the recipe's \"model\": "
                    + "\"lambda\": {\"\(config.layer)\": \"x / 127.5 - 1\"}")
        }
        do { expression = try LambdaExpression(text) } catch { throw config.error("its lambda \"\(text)\": \(error)") }
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        guard let first = inputs.first else { throw scope.error("it takes inputs, and none was given") }
        do {
            let y = try LambdaEvaluation(inputs: inputs, g: scope.builder)(expression)
            guard scope.shape(of: y).dimensions.first == scope.shape(of: first)[0] else {
                throw LambdaProblem(position: nil, problem: "a result of \(scope.shape(of: y)) has lost the batch")
            }
            return [y]
        } catch let problem as LambdaProblem {
            throw scope.error("its lambda \"\(expression.text)\": \(problem)")
        }
    }

    /// What the file holds, for the refusal: the code of any Keras is only measured.
    private static func describe(_ function: JSON?) -> String {
        // Keras 2: [code, defaults, closure]; Keras 3: {"class_name": "__lambda__", "config": {"code": …}}.
        let code =
            function?.array?.first?.string ?? function?["config"]?["code"]?.string
            ?? function?["code"]?.string ?? function?.string
        guard let code, !code.isEmpty else { return "it holds Python that is never run here" }
        let isName =
            code.unicodeScalars.count < 80 && code.allSatisfy { $0.isLetter || $0.isNumber || "_.<>".contains($0) }
        if function?.string != nil, isName {
            return "it calls a Python function named \"\(code)\", which is not in the file"
        }
        return "it holds \(size(of: code)) bytes of Python code, which is never run here"
    }

    /// Bytes behind a text in base 64; of Keras 1's plain text, its characters.
    private static func size(of code: String) -> Int {
        let digits = code.unicodeScalars.filter { !$0.properties.isWhitespace }
        let isBase64 = digits.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789+/=-_".unicodeScalars.contains($0))
        }
        guard isBase64 else { return code.unicodeScalars.count }
        return digits.count { $0 != "=" } * 3 / 4
    }
}
