import Graph
import Tensors

/// A small value that knows its settings. Calling it in a scope declares its parameters, checks shapes and emits nodes.
package protocol Layer: Sendable {
    /// The name Keras gives the class.
    static var className: String { get }

    /// Reads the settings it knows; the catalogue refuses those it leaves.
    /// - Throws: `LayerError` for a value that cannot be.
    init(_ config: inout LayerConfig) throws

    /// - Parameter inputs: batch first, channels last.
    /// - Throws: `LayerError` where the inputs do not fit.
    func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value]
}

/// A layer of one input and one output.
package protocol SimpleLayer: Layer {
    func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value
}

extension SimpleLayer {
    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        guard inputs.count == 1 else { throw scope.error("it takes one input, and \(inputs.count) were given") }
        return [try self(inputs[0], in: scope)]
    }
}

/// A layer that joins several inputs of fitting shapes into one.
package protocol MergingLayer: Layer {
    func merge(_ inputs: [Value], in scope: LayerScope) throws -> Value
}

extension MergingLayer {
    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        guard inputs.count >= 2 else {
            throw scope.error("it joins at least two inputs, and \(inputs.count) were given")
        }
        return [try merge(inputs, in: scope)]
    }
}
