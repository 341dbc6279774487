import Tensors

/// Which examples each class has, for epochs in which every class comes equally often.
///
/// A class goes through its examples in one random order after another, on and on from epoch to epoch: over a run its
/// examples come equally often too, to within one. An epoch has as many examples as there are, so a large class shows a
/// part of its examples and a small one each of its several times. All is a pure function of seed and epoch.
package struct ClassMembers: Hashable, Sendable {
    /// Positions among the examples of a pass, class by class, without classes that have none.
    private let members: [[Int]]
    private let count: Int

    /// - Parameter labels: the class of each example of a pass.
    package init(labels: [Int]) {
        count = labels.count
        var members = [[Int]](repeating: [], count: (labels.max() ?? -1) + 1)
        for (position, label) in labels.enumerated() { members[label].append(position) }
        self.members = members.filter { !$0.isEmpty }
    }

    /// The examples of an epoch, as positions, in their order.
    func epoch(_ epoch: Int, seed: UInt64) -> [Int] {
        let classes = members.count
        guard classes > 0 else { return [] }
        let (share, rest) = count.quotientAndRemainder(dividingBy: classes)
        var chosen: [Int] = []
        chosen.reserveCapacity(count)
        for (ordinal, positions) in members.enumerated() {
            // What does not divide evenly goes around the classes.
            func extras(before epoch: Int) -> Int { (epoch * rest + classes - 1 - ordinal) / classes }
            let start = epoch * share + extras(before: epoch)
            let end = start + share + extras(before: epoch + 1) - extras(before: epoch)
            var round = -1
            var order: [Int] = []
            for draw in start..<end {
                if draw / positions.count != round {
                    round = draw / positions.count
                    var generator = SeededGenerator(
                        seed: seed, stream: .shuffle,
                        substream: 1 << 55 | UInt64(ordinal & 0x7F_FFFF) << 32 | UInt64(truncatingIfNeeded: round)
                            & 0xFFFF_FFFF)
                    order = generator.permutation(of: positions.count)
                }
                chosen.append(positions[order[draw % positions.count]])
            }
        }
        var generator = SeededGenerator(seed: seed, stream: .shuffle, substream: UInt64(epoch))
        return generator.permutation(of: count).map { chosen[$0] }
    }
}
