import Tensors

/// What a graph is run for.
package struct GraphOutput: Hashable, Sendable {
    package enum Role: Hashable, Sendable {
        /// Read by name after a run: a loss, a prediction.
        case result(String)
        /// The gradient of the loss with respect to a parameter; it has a place in the gradient slab.
        case gradient(ParameterPath)
        /// The new value of a parameter that moves without a gradient, written only after the step was found finite.
        case update(ParameterPath)
    }

    package let role: Role
    package let value: Value

    package init(_ role: Role, _ value: Value) {
        self.role = role
        self.value = value
    }
}

/// An immutable program: nodes in an order in which they can run, and the values wanted of them.
package struct Graph: Sendable {
    package let nodes: [Node]
    package let outputs: [GraphOutput]

    package func type(of value: Value) -> ValueType { nodes[value.node].outputs[value.output] }

    package func result(_ name: String) -> Value? {
        outputs.first { $0.role == .result(name) }?.value
    }

    /// How many nodes and outputs read each value.
    package func useCounts() -> [Value: Int] {
        var counts: [Value: Int] = [:]
        for node in nodes { for input in node.inputs { counts[input, default: 0] += 1 } }
        for output in outputs { counts[output.value, default: 0] += 1 }
        return counts
    }
}
