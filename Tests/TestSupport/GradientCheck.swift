import Graph
import Tensors

/// Compares the gradients a graph computes with central differences, both in double precision through the interpreter.
package struct GradientCheck: Sendable, CustomStringConvertible {
    /// By name of the checked input or parameter: the difference relative to the largest difference quotient.
    package let deviations: [(name: String, deviation: Double)]

    /// The largest of them; NaN where one is, so that it passes no bound.
    package var worst: Double { deviations.map(\.deviation).reduce(0) { $1.isNaN || $0.isNaN ? .nan : max($0, $1) } }

    package var description: String { deviations.map { "\($0.name): \($0.deviation)" }.joined(separator: ", ") }

    /// Checks a function of several arrays.
    ///
    /// - Parameters:
    ///   - arguments: the values at which to differentiate; each becomes an input of the graph.
    ///   - fixed: arguments, by position, that get no gradient.
    ///   - interpreter: what else the graph needs.
    ///   - build: emits the function; the result, of any shape, is contracted with random numbers.
    package init(
        _ arguments: [DoubleArray], fixed: Set<Int> = [], interpreter: GraphInterpreter = GraphInterpreter(),
        step: Double = 1e-5, build: (GraphBuilder, [Value]) throws -> Value
    ) rethrows {
        let builder = GraphBuilder()
        let values = arguments.enumerated().map { builder.input("a\($0.offset)", $0.element.shape) }
        let y = try build(builder, values)
        let weights = builder.input("weights", builder.shape(of: y))
        let loss = builder.sumAll(builder.multiply(y, weights))
        var interpreter = interpreter
        var random = TestValues(seed: 0xC0FFEE)
        interpreter.inputs["weights"] = random.normal(builder.shape(of: y).count)
        for (index, argument) in arguments.enumerated() { interpreter.inputs["a\(index)"] = argument.values }
        let targets = arguments.indices.filter { !fixed.contains($0) }
        self.init(
            builder, loss: loss, targets: targets.map { ("a\($0)", values[$0]) }, interpreter: interpreter, step: step)
    }

    /// Checks a scalar with respect to inputs and parameters of its graph. The builder gets the backward pass.
    package init(
        _ builder: GraphBuilder, loss: Value, targets: [(name: String, value: Value)],
        interpreter: GraphInterpreter, step: Double = 1e-5
    ) {
        let forward = builder.build(outputs: [GraphOutput(.result("loss"), loss)])
        let gradients = builder.gradients(of: loss, withRespectTo: targets.map(\.value))
        let graph = builder.build(
            outputs: zip(targets, gradients).compactMap { target, gradient in
                gradient.map { GraphOutput(.result(target.name), $0) }
            })
        let found = interpreter.run(graph)
        deviations = targets.map { target in
            let places = GradientCheck.places(in: forward.type(of: target.value).shape.count)
            let expected = GradientCheck.quotients(of: target.value, at: places, in: forward, interpreter, step)
            // A function that does not depend on the target has the gradient nil.
            let gradient = found.result(target.name)
            let here = places.map { gradient?[$0] ?? 0 }
            return (target.name, deviation(here, from: expected, floor: 1e-4))
        }
    }

    /// All elements of a small array, an even choice of a large one's.
    private static func places(in count: Int) -> [Int] {
        let most = 16
        return count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
    }

    /// (L(v + h) − L(v − h)) / 2h for each of the elements.
    private static func quotients(
        of target: Value, at places: [Int], in graph: Graph, _ interpreter: GraphInterpreter, _ step: Double
    ) -> [Double] {
        func loss(_ change: Double, at index: Int) -> Double {
            var changed = interpreter
            switch graph.nodes[target.node].op {
            case .input(let name, _): changed.inputs[name]![index] += change
            case .parameter(let path, _): changed.parameters[path]![index] += change
            default: preconditionFailure("only inputs and parameters can be moved")
            }
            return changed.run(graph).result("loss")![0]
        }
        return places.map { (loss(step, at: $0) - loss(-step, at: $0)) / (2 * step) }
    }
}
