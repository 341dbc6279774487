import Tensors

/// A graph in, an equivalent graph out. Passes run after differentiation.
package struct Pass: Sendable {
    package let name: String
    let run: @Sendable (Graph) -> Graph

    /// The passes of every plan, in order.
    package static let standard: [Pass] = standard(constants: [])

    /// The passes of a plan during whose life these parameters keep their values.
    package static func standard(constants: Set<ParameterPath>, precision: Precision = .float32) -> [Pass] {
        let folding = constants.isEmpty ? [] : [normFolding(constants: constants), .deadNodes]
        return [.deadNodes, .paddingFolding, .deadNodes] + folding + [
            .poolingFirst, .residualFusion, .activationFusion, .rectifiedGradients, .deadNodes, .unusedIndices,
            .unusedSteps,
        ] + (precision == .bfloat16 ? [.reducedPrecision()] : []) + [.distinctGradients]
    }
}

extension Graph {
    /// Runs passes in order and verifies the graph after each.
    /// - Throws: `GraphVerificationError` naming the pass that broke it.
    package func applying(_ passes: [Pass]) throws -> Graph {
        try verify(after: "tracing")
        return try passes.reduce(self) { graph, pass in
            let next = pass.run(graph)
            try next.verify(after: pass.name)
            return next
        }
    }

    /// Rebuilds the graph node by node. `transform` returns the replacement of a node's outputs, or nil to keep the node
    /// as it is on the rewritten inputs.
    func rewriting(_ transform: (Int, Node, [Value], GraphBuilder) -> [Value]?) -> Graph {
        rewriting { index, node, inputs, builder, _ in transform(index, node, inputs, builder) }
    }

    /// The same for replacements that read other values of the old graph: the last argument tells what has become of one
    /// that stands before the node.
    func rewriting(_ transform: (Int, Node, [Value], GraphBuilder, (Value) -> Value) -> [Value]?) -> Graph {
        let builder = GraphBuilder()
        var mapped: [Value: Value] = [:]
        for (index, node) in nodes.enumerated() {
            builder.scope = node.scope
            builder.isBackward = node.isBackward
            let inputs = node.inputs.map { mapped[$0]! }
            let outputs =
                transform(index, node, inputs, builder) { mapped[$0]! } ?? builder.emitAll(node.op, inputs)
            for (output, value) in outputs.enumerated() { mapped[Value(node: index, output: output)] = value }
        }
        return builder.build(outputs: outputs.map { GraphOutput($0.role, mapped[$0.value]!) })
    }
}
