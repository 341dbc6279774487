import Tensors

/// The order in which one pass goes through the examples.
package enum ExampleOrder: Hashable, Sendable {
    /// As they come, each as it is: an evaluation.
    case sequential
    /// As they come, as they are in an epoch of training.
    case stored(seed: UInt64, epoch: Int)
    /// A permutation that is a pure function of seed and epoch.
    case shuffled(seed: UInt64, epoch: Int)
    /// As many examples, but every class equally often.
    case balanced(seed: UInt64, epoch: Int, ClassMembers)

    /// `indices` in this order.
    package func applied(to indices: [Int]) -> [Int] {
        switch self {
        case .sequential, .stored: return indices
        case .shuffled(let seed, let epoch):
            precondition(epoch >= 0, "epochs count from 0")
            var generator = SeededGenerator(seed: seed, stream: .shuffle, substream: UInt64(epoch))
            return generator.permutation(of: indices.count).map { indices[$0] }
        case .balanced(let seed, let epoch, let members):
            precondition(epoch >= 0, "epochs count from 0")
            return members.epoch(epoch, seed: seed).map { indices[$0] }
        }
    }

    /// The epoch of training that a pass belongs to, and the seed of what happens to its examples; nil in an evaluation.
    var training: (seed: UInt64, epoch: Int)? {
        switch self {
        case .sequential: nil
        case .stored(let seed, let epoch), .shuffled(let seed, let epoch), .balanced(let seed, let epoch, _):
            (seed, epoch)
        }
    }
}

/// How training goes through its examples.
package enum Sampling: Hashable, Sendable {
    case shuffle, sequential
    case balanced(ClassMembers)

    package func order(seed: UInt64, epoch: Int) -> ExampleOrder {
        switch self {
        case .shuffle: .shuffled(seed: seed, epoch: epoch)
        case .sequential: .stored(seed: seed, epoch: epoch)
        case .balanced(let members): .balanced(seed: seed, epoch: epoch, members)
        }
    }
}
