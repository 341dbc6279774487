import Testing

@testable import Data

@Suite struct ClassMembersTests {
    /// 40, 7 and 3 examples; class 1 of four has none.
    private static let labels = (0..<50).map { $0 < 40 ? 0 : $0 < 47 ? 2 : 3 }

    @Test("Every class comes equally often, in every epoch to within one, and over three epochs exactly")
    func counts() {
        let members = ClassMembers(labels: ClassMembersTests.labels)
        var total = [0, 0, 0, 0]
        for epoch in 0..<9 {
            let order = members.epoch(epoch, seed: 5)
            #expect(order.count == 50)
            var counts = [0, 0, 0, 0]
            for position in order { counts[ClassMembersTests.labels[position]] += 1 }
            #expect(counts[1] == 0 && [0, 2, 3].allSatisfy { (16...17).contains(counts[$0]) }, "\(counts)")
            for label in 0..<4 { total[label] += counts[label] }
            if epoch % 3 == 2 { #expect(Set([total[0], total[2], total[3]]).count == 1) }
        }
    }

    @Test("Over the epochs every example of a class comes equally often, to within one")
    func coverage() {
        let members = ClassMembers(labels: ClassMembersTests.labels)
        var times = [Int](repeating: 0, count: 50)
        for epoch in 0..<12 { for position in members.epoch(epoch, seed: 5) { times[position] += 1 } }
        for range in [0..<40, 40..<47, 47..<50] {
            let counts = times[range]
            #expect(counts.max()! - counts.min()! <= 1, "\(range): \(counts)")
        }
    }

    @Test("An epoch is a function of seed and epoch alone")
    func purity() {
        let members = ClassMembers(labels: ClassMembersTests.labels)
        #expect(members.epoch(4, seed: 5) == members.epoch(4, seed: 5))
        #expect(members.epoch(4, seed: 5) != members.epoch(5, seed: 5))
        #expect(members.epoch(4, seed: 5) != members.epoch(4, seed: 6))
        let order = ExampleOrder.balanced(seed: 5, epoch: 4, members)
        #expect(order.applied(to: Array(100..<150)) == members.epoch(4, seed: 5).map { $0 + 100 })
        #expect(ClassMembers(labels: []).epoch(0, seed: 1).isEmpty)
    }
}
