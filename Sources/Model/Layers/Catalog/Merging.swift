import Graph
import Tensors

/// Layers that combine their inputs element by element. Shorter examples get ones at the front of their shape, as in
/// Keras, and then all broadcast.
protocol ElementwiseMerge: MergingLayer {
    var generation: KerasGeneration { get }
    func combine(_ inputs: [Value], masks: [Value?], in g: GraphBuilder) -> Value
}

extension ElementwiseMerge {
    package func merge(_ inputs: [Value], in scope: LayerScope) throws -> Value {
        let masks = inputs.map { scope.mask(of: $0) }
        let y = combine(try scope.broadcastable(inputs), masks: masks, in: scope.builder)
        scope.setMask(mergedMask(masks, in: scope.builder), of: y)
        return y
    }

    /// Keras 2 keeps a step that counts in every masked input; Keras 3 one that counts in any, if all are masked.
    private func mergedMask(_ masks: [Value?], in g: GraphBuilder) -> Value? {
        let known = masks.compactMap { $0 }
        guard generation == .keras3 else {
            return known.dropFirst().reduce(known.first) { a, b in a.map { g.binary(.minimum, $0, b) } }
        }
        guard known.count == masks.count else { return nil }
        return known.dropFirst().reduce(known.first) { a, b in a.map { g.binary(.maximum, $0, b) } }
    }
}

/// The sum of the inputs.
package struct Add: ElementwiseMerge {
    package static let className = "Add"
    let generation: KerasGeneration
    package init(_ config: inout LayerConfig) throws { generation = config.generation }
    func combine(_ inputs: [Value], masks: [Value?], in g: GraphBuilder) -> Value {
        inputs.dropFirst().reduce(inputs[0], g.add)
    }
}

/// The first input less the second.
package struct Subtract: ElementwiseMerge {
    package static let className = "Subtract"
    let generation: KerasGeneration
    package init(_ config: inout LayerConfig) throws { generation = config.generation }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        guard inputs.count == 2 else { throw scope.error("it takes two inputs, and \(inputs.count) were given") }
        return [try merge(inputs, in: scope)]
    }

    func combine(_ inputs: [Value], masks: [Value?], in g: GraphBuilder) -> Value { g.subtract(inputs[0], inputs[1]) }
}

/// The product of the inputs. In Keras 3 a masked step counts as ones, and as zeros where it is masked everywhere.
package struct Multiply: ElementwiseMerge {
    package static let className = "Multiply"
    let generation: KerasGeneration
    package init(_ config: inout LayerConfig) throws { generation = config.generation }

    func combine(_ inputs: [Value], masks: [Value?], in g: GraphBuilder) -> Value {
        guard generation == .keras3, masks.contains(where: { $0 != nil }) else {
            return inputs.dropFirst().reduce(inputs[0], g.multiply)
        }
        let one = g.constant(1)
        let factors = zip(inputs, masks).map { x, mask in mask.map { g.choose($0, x, one) } ?? x }
        let product = factors.dropFirst().reduce(factors[0], g.multiply)
        let known = masks.compactMap { $0 }
        guard known.count == inputs.count else { return product }
        let anywhere = known.dropFirst().reduce(known[0]) { g.binary(.maximum, $0, $1) }
        return g.choose(anywhere, product, g.constant(0))
    }
}

/// The mean of the inputs.
package struct Average: ElementwiseMerge {
    package static let className = "Average"
    let generation: KerasGeneration
    package init(_ config: inout LayerConfig) throws { generation = config.generation }
    func combine(_ inputs: [Value], masks: [Value?], in g: GraphBuilder) -> Value {
        g.scale(inputs.dropFirst().reduce(inputs[0], g.add), by: 1 / Float(inputs.count))
    }
}

/// The largest of the inputs. In Keras 3 steps that are masked do not take part.
package struct Maximum: ElementwiseMerge {
    package static let className = "Maximum"
    let generation: KerasGeneration
    package init(_ config: inout LayerConfig) throws { generation = config.generation }
    func combine(_ inputs: [Value], masks: [Value?], in g: GraphBuilder) -> Value {
        g.extreme(of: inputs, masks: generation == .keras3 ? masks : inputs.map { _ in nil }, by: .maximum)
    }
}

/// The smallest of the inputs. In Keras 3 steps that are masked do not take part.
package struct Minimum: ElementwiseMerge {
    package static let className = "Minimum"
    let generation: KerasGeneration
    package init(_ config: inout LayerConfig) throws { generation = config.generation }
    func combine(_ inputs: [Value], masks: [Value?], in g: GraphBuilder) -> Value {
        g.extreme(of: inputs, masks: generation == .keras3 ? masks : inputs.map { _ in nil }, by: .minimum)
    }
}

extension GraphBuilder {
    /// One value after another: where one is masked the other stands for it. Masks lack the last axis.
    fileprivate func extreme(of inputs: [Value], masks: [Value?], by function: BinaryFunction) -> Value {
        var (result, known) = (inputs[0], masks[0])
        for (next, mask) in zip(inputs.dropFirst(), masks.dropFirst()) {
            let x = mask.map { choose($0, next, result) } ?? next
            let y = known.map { choose($0, result, x) } ?? result
            if let a = known, let b = mask { known = binary(.maximum, a, b) } else { known = nil }
            result = binary(function, y, x)
        }
        return result
    }

    /// `a` where the mask, which lacks the last axis, is 1, `b` where it is 0.
    fileprivate func choose(_ mask: Value, _ a: Value, _ b: Value) -> Value {
        select(reshape(mask, Shape(shape(of: mask).dimensions + [1])), a, b)
    }
}

extension LayerScope {
    /// The inputs as values of one rank, which broadcast: ones after the batch fill up the shorter ones.
    func broadcastable(_ inputs: [Value]) throws -> [Value] {
        let rank = inputs.map { shape(of: $0).rank }.max() ?? 0
        let filled = inputs.map { input -> Value in
            let shape = shape(of: input).dimensions
            let ones = Array(repeating: 1, count: rank - shape.count)
            return builder.reshape(input, Shape(shape.prefix(1) + ones + shape.dropFirst()))
        }
        var result = shape(of: filled[0])
        for (input, next) in zip(inputs, filled).dropFirst() {
            guard let both = result.broadcast(with: shape(of: next)) else {
                throw error("inputs of \(result.droppingFirst) and \(shape(of: input).droppingFirst) do not fit")
            }
            result = both
        }
        return filled
    }
}
