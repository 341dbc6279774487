import Tensors

/// One result of one node: the edges of a graph.
package struct Value: Hashable, Sendable {
    package let node: Int
    package let output: Int

    package init(node: Int, output: Int = 0) {
        self.node = node
        self.output = output
    }
}

/// What is known of a value before anything runs.
package struct ValueType: Hashable, Sendable {
    package let shape: Shape
    package let dataType: DataType

    package init(_ shape: Shape, _ dataType: DataType = .float32) {
        self.shape = shape
        self.dataType = dataType
    }

    /// Bytes of the value when stored densely.
    package var bytes: Int { shape.count * dataType.size }

    /// `(2, 3)`; of another type than float32 with its name.
    package var description: String { dataType == .float32 ? "\(shape)" : "\(shape) \(dataType)" }
}

/// One operation, the values it reads, the types of what it gives, and the layer that asked for it.
package struct Node: Hashable, Sendable {
    package let op: Op
    package let inputs: [Value]
    package let outputs: [ValueType]
    /// Path of the layer that emitted the node; names the culprit in messages and rows in `profile`.
    package let scope: ParameterPath
    /// Whether the node belongs to a backward pass.
    package let isBackward: Bool
}
