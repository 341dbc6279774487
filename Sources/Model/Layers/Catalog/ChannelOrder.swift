import Graph
import Tensors

/// Keras' `data_format`: where a layer's inputs and outputs have their channels. Everything here computes channels last,
/// so that a layer of the other order transposes, computes, and transposes back.
package struct ChannelOrder: Hashable, Sendable {
    /// `channels_first`: (batch, channels, spatial…) instead of (batch, spatial…, channels).
    package let isFirst: Bool

    /// Channels last.
    static let last = ChannelOrder(isFirst: false)

    private init(isFirst: Bool) { self.isFirst = isFirst }

    /// Reads `data_format`, `channels_last` where it is absent.
    package init(_ config: inout LayerConfig) throws {
        let formats = ["channels_last", "channels_first"]
        isFirst = try config.choice("data_format", default: formats[0], of: formats) == formats[1]
    }

    /// From the layer's order to channels last, whatever the number of spatial dimensions.
    package func toLast(_ x: Value, in scope: LayerScope) -> Value {
        let rank = scope.shape(of: x).rank
        guard isFirst, rank > 2 else { return x }
        return scope.builder.transposed(x, [0] + Array(2..<rank) + [1])
    }

    /// From channels last to the layer's order.
    package func fromLast(_ y: Value, in scope: LayerScope) -> Value {
        let rank = scope.shape(of: y).rank
        guard isFirst, rank > 2 else { return y }
        return scope.builder.transposed(y, [0, rank - 1] + Array(1..<rank - 1))
    }

    /// `activation` of what is channels last, in the layer's order. Softmax goes over the last axis of that order, which
    /// is a spatial one where channels are first.
    func fromLast(_ y: Value, _ activation: Activation, in scope: LayerScope) -> Value {
        if case .unary = activation { return fromLast(activation(y, in: scope), in: scope) }
        return activation(fromLast(y, in: scope), in: scope)
    }
}

extension GraphBuilder {
    /// A transposition that takes back the one before it leaves nothing: layers of the same order in a row stay channels
    /// last between them.
    fileprivate func transposed(_ x: Value, _ order: [Int]) -> Value {
        let node = node(of: x)
        if case .transpose(let before) = node.op, order.indices.allSatisfy({ before[order[$0]] == $0 }) {
            return node.inputs[0]
        }
        return emit(.transpose(order), [x])
    }
}
