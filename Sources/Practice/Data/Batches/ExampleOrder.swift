import Tensors

/// The order in which one pass goes through the examples.
package enum ExampleOrder: Hashable, Sendable {
    case sequential
    /// A permutation that is a pure function of seed and epoch.
    case shuffled(seed: UInt64, epoch: Int)

    /// `indices` in this order.
    package func applied(to indices: [Int]) -> [Int] {
        switch self {
        case .sequential: return indices
        case .shuffled(let seed, let epoch):
            precondition(epoch >= 0, "epochs count from 0")
            var generator = SeededGenerator(seed: seed, stream: .shuffle, substream: UInt64(epoch))
            return generator.permutation(of: indices.count).map { indices[$0] }
        }
    }
}
