/// Arithmetic that says what a Lambda layer computes: `x / 127.5 - 1`, `mean(x, axis=1)`, `x[0] * x[1]`.
///
/// It is written like the Python it stands for: + - * / ** and parentheses, numbers, `x` (a list where the layer has
/// several inputs), slices such as `x[:, 0]`, and functions by the names they have in Keras and TensorFlow. Module names
/// before a function (`K.`, `tf.nn.`) and a leading `lambda x:` are passed over. Nothing is ever run as Python.
package struct LambdaExpression: Hashable, Sendable {
    package let text: String
    let root: Node

    /// - Throws: `LambdaProblem` saying where and what.
    package init(_ text: String) throws {
        self.text = text
        var parser = try LambdaParser(text)
        root = try parser.expression()
    }

    /// A part of the expression, and where it begins.
    struct Node: Hashable, Sendable {
        let content: Content
        /// Characters before it.
        let position: Int
    }

    indirect enum Content: Hashable, Sendable {
        case number(Double)
        case input
        case negation(Node)
        case binary(Operator, Node, Node)
        case call(String, [Argument])
        case list([Node])
        case subscripted(Node, [Subscript])
        /// A word that stands for itself: `True`, `tf.float32`, `'float32'`.
        case word(String)
    }

    enum Operator: String, Hashable, Sendable {
        case add = "+", subtract = "-", multiply = "*", divide = "/", power = "**"
    }

    struct Argument: Hashable, Sendable {
        let name: String?
        let value: Node
    }

    /// What stands between the brackets of `x[…]`, per dimension.
    enum Subscript: Hashable, Sendable {
        case index(Int)
        case range(from: Int?, to: Int?, step: Int?)
        case ellipsis
    }
}

/// Why an expression is none, or does not fit what it is applied to.
package struct LambdaProblem: Error, Hashable, CustomStringConvertible {
    /// Characters before the place, nil where there is none.
    package let position: Int?
    package let problem: String

    package var description: String { position.map { "at character \($0 + 1): \(problem)" } ?? problem }
}
