import Graph
import JSON
import Tensors

/// What a Keras config adds to the loss for a tensor: l1·Σ|w| + l2·Σw², or how far a matrix is from orthogonal.
package struct Regularizer: Hashable, Sendable {
    package var l1: Float
    package var l2: Float
    /// Keras' `OrthogonalRegularizer`: of matrices only.
    package var orthogonal: Orthogonal?

    package struct Orthogonal: Hashable, Sendable {
        package var factor: Float
        /// Whether rows should be orthogonal to one another; columns otherwise.
        package var ofRows: Bool

        package init(factor: Float, ofRows: Bool) {
            self.factor = factor
            self.ofRows = ofRows
        }
    }

    package init(l1: Float, l2: Float, orthogonal: Orthogonal? = nil) {
        self.l1 = l1
        self.l2 = l2
        self.orthogonal = orthogonal
    }

    /// Reads `L1`, `L2`, `L1L2` and `OrthogonalRegularizer`, in the spelling of any Keras; nil for another.
    init?(config: JSON) {
        let name = config["class_name"]?.string ?? config["name"]?.string ?? config.string ?? ""
        // Keras 1 has the strengths beside the name.
        let settings = config["config"] ?? (config.object == nil ? [:] : config)
        func number(_ key: String, _ standard: Double) -> Float { Float(settings[key]?.double ?? standard) }
        switch name.lowercased().filter({ $0 != "_" }) {
        case "l1": self.init(l1: settings["l1"] == nil ? number("l", 0.01) : number("l1", 0.01), l2: 0)
        case "l2": self.init(l1: 0, l2: settings["l2"] == nil ? number("l", 0.01) : number("l2", 0.01))
        case "l1l2", "weightregularizer", "activityregularizer":
            // A bare name has Keras' default strengths, written settings mean what they say.
            let standard = config.string == nil ? 0 : 0.01
            self.init(l1: number("l1", standard), l2: number("l2", standard))
        case "orthogonalregularizer":
            let mode = settings["mode"]?.string ?? "rows"
            self.init(
                l1: 0, l2: 0, orthogonal: Orthogonal(factor: number("factor", 0.01), ofRows: mode == "rows"))
        default: return nil
        }
    }

    /// Emits the penalty of a tensor, a scalar; nil where there is none.
    package func penalty(of tensor: Value, in g: GraphBuilder) -> Value? {
        let axes = Array(0..<g.shape(of: tensor).rank)
        let parts = [strengths(of: tensor, over: axes, in: g), alignment(of: tensor, in: g)].compactMap { $0 }
        return parts.dropFirst().reduce(parts.first) { sum, part in sum.map { g.add($0, part) } }
    }

    /// Emits the penalty of every example of an output, (batch,); nil where there is none.
    func penalty(ofExamples output: Value, in g: GraphBuilder) -> Value? {
        strengths(of: output, over: Array(1..<max(g.shape(of: output).rank, 1)), in: g)
    }

    private func strengths(of x: Value, over axes: [Int], in g: GraphBuilder) -> Value? {
        let parts = [(l1, UnaryFunction.abs), (l2, .square)].compactMap { strength, function in
            strength == 0 ? nil : g.scale(g.sum(g.unary(function, x), axes: axes), by: strength)
        }
        return parts.dropFirst().reduce(parts.first) { sum, part in sum.map { g.add($0, part) } }
    }

    /// factor · Σ|cos| / pairs over all pairs of different rows (columns), each counted once.
    private func alignment(of w: Value, in g: GraphBuilder) -> Value? {
        guard let orthogonal, orthogonal.factor != 0, g.shape(of: w).rank == 2 else { return nil }
        let along = orthogonal.ofRows ? 1 : 0
        let count = g.shape(of: w)[1 - along]
        guard count > 1 else { return nil }
        // Keras' floor of 10⁻⁷ under the norm.
        let unit = g.normalized(w, axes: [along], squareFloor: 1e-14)
        let cosines = g.matmul(unit, unit, transposeLeft: along == 0, transposeRight: along == 1)
        let squares = g.sumAll(g.unary(.square, unit))
        // Σ over the diagonal is Σ of the squared lengths.
        let others = g.subtract(g.sumAll(g.unary(.abs, cosines)), squares)
        return g.scale(others, by: orthogonal.factor / Float(count * (count - 1)))
    }
}
