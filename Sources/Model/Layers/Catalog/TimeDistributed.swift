import Graph
import JSON
import Tensors

/// A layer or model applied to every step of a sequence alike: (batch, time, …) is (batch · time, …) to it. Its tensors
/// stand directly below the wrapper, whatever the inner layer's name.
package struct TimeDistributed: Layer {
    package static let className = "TimeDistributed"
    package static let callKeywords: Set<String> = ["mask"]
    private let inner: InnerLayer

    package init(_ config: inout LayerConfig) throws {
        guard let inner = try config.inner("layer") else { throw config.error("\"layer\" is missing") }
        self.inner = inner
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        let g = scope.builder
        let keywords = scope.call.keywords
        let given = inputs.indices.first { $0 < keywords.count && keywords[$0] == "mask" }
        let sequences = inputs.indices.filter { $0 != given }.map { inputs[$0] }
        guard let first = sequences.first else { throw scope.error("it takes a sequence") }
        let mask = given.map { inputs[$0] } ?? scope.mask(of: first)
        let shape = scope.shape(of: first)
        guard shape.rank >= 3 || shape.rank == 2 && inner.takesNumbers else {
            throw scope.error("it takes sequences, and an example here is \(shape.droppingFirst)")
        }
        let (batch, time) = (shape[0], shape[1])
        let steps = try sequences.map { sequence -> Value in
            let shape = scope.shape(of: sequence)
            guard shape.rank >= 2, shape[0] == batch, shape[1] == time, time > 0 else {
                throw scope.error("its inputs should be sequences of one length, of at least one step")
            }
            return g.reshape(sequence, Shape([batch * time] + shape.dimensions.dropFirst(2)))
        }
        if let mask, scope.shape(of: mask).rank > 2 {
            let rest = scope.shape(of: mask).dimensions.dropFirst(2)
            scope.setMask(g.reshape(mask, Shape([batch * time] + rest)), of: steps[0])
        }
        let outputs = try scope.repeating(time) {
            try scope.inside(inner.specification, isNamed: false) { try inner(steps, in: $0) }
        }
        return outputs.map { output in
            func gathered(_ x: Value) -> Value {
                g.reshape(x, Shape([batch, time] + scope.shape(of: x).dimensions.dropFirst()))
            }
            let y = gathered(output)
            let inside = scope.mask(of: output).map(gathered)
            scope.setMask(inside ?? mask.map { stepMask($0, in: g) }, of: y)
            return y
        }
    }

    /// A step counts if anything in it does.
    private func stepMask(_ mask: Value, in g: GraphBuilder) -> Value {
        let rank = g.shape(of: mask).rank
        return rank <= 2 ? mask : g.emit(.reduce(.maximum, axes: Array(2..<rank)), [mask])
    }
}

extension InnerLayer {
    /// Whether it works on single numbers, as a look-up does.
    fileprivate var takesNumbers: Bool { specification.className == Embedding.className }
}

/// Keras 1's Dense over the last axis of a sequence; what `Dense` does by itself now.
package struct TimeDistributedDense: SimpleLayer {
    package static let className = "TimeDistributedDense"
    package var passesMask: Bool { true }
    private let dense: Dense

    package init(_ config: inout LayerConfig) throws {
        dense = try Dense(&config)
        for key in ["input_dim", "input_length"] { _ = config.take(key) }
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(3, x)
        return try dense(x, in: scope)
    }
}
