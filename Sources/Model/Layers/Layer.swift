import Graph
import Tensors

/// A small value that knows its settings. Calling it in a scope declares its parameters, checks shapes and emits nodes.
package protocol Layer: Sendable {
    /// The name Keras gives the class.
    static var className: String { get }

    /// Reads the settings it knows; the catalogue refuses those it leaves.
    /// - Throws: `LayerError` for a value that cannot be.
    init(_ config: inout LayerConfig) throws

    /// The keywords it can be called with besides `training`: of tensors and of settings (`LayerScope.call`).
    static var callKeywords: Set<String> { get }

    /// Whether a mask of its first input goes on to its outputs (Keras' `supports_masking`). A layer that makes or
    /// changes masks leaves this false and calls `LayerScope.setMask`.
    var passesMask: Bool { get }

    /// - Parameter inputs: batch first, channels last; those passed by keyword last.
    /// - Throws: `LayerError` where the inputs do not fit.
    func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value]
}

extension Layer {
    package static var callKeywords: Set<String> { [] }
    package var passesMask: Bool { false }
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
        guard !inputs.isEmpty else { throw scope.error("it joins inputs, and none was given") }
        return [try merge(inputs, in: scope)]
    }
}
