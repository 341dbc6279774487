import Kernels
import OrderedCollections
import Training

/// A training's profile beside what the machine reaches, grouped for people.
struct Profile {
    let name: String
    let threads: Int
    let peaks: MachinePeaks
    let training: TrainingProfile

    /// Operations that belong together, and what they took.
    struct Group {
        let name: String
        var forward = 0.0
        var backward = 0.0
        var flops = 0
        var bytes = 0
        /// Seconds that the machine would need at its best.
        var floor = 0.0
        /// How many operations.
        var count = 0
        var seconds: Double { forward + backward }
        /// Of what the machine reaches; above 1 where the caches are faster than memory.
        var share: Double? { floor > 0 && seconds > 0 ? floor / seconds : nil }

        init(_ name: String) { self.name = name }

        mutating func add(_ item: TrainingProfile.Item, _ peaks: MachinePeaks) {
            if item.isBackward { backward += item.seconds } else { forward += item.seconds }
            flops += item.flops
            bytes += item.bytes
            floor += peaks.floor(of: item)
            count += 1
        }
    }

    var items: [TrainingProfile.Item] { training.items }

    /// Forward and backward.
    var passes: [Group] {
        [(false, "forward"), (true, "backward")].map { isBackward, name in
            items.reduce(into: Group(name)) { if $1.isBackward == isBackward { $0.add($1, peaks) } }
        }
    }

    /// By the operations' names, the slowest first.
    var operations: [Group] { groups(of: items) { $0.operation } }
    /// By the layers' paths, the slowest first.
    var layers: [Group] { groups(of: items) { $0.layer.description.isEmpty ? "(all)" : $0.layer.description } }
    /// Of an evaluation.
    var evaluated: [Group] { groups(of: training.evaluation?.items ?? []) { $0.operation } }

    /// The gradients' norm and the optimizer.
    var update: Group {
        var group = Group("update")
        group.forward = training.update
        group.bytes = training.updateBytes
        group.floor = Double(group.bytes) / peaks.bandwidth
        return group
    }

    private func groups(
        of items: [TrainingProfile.Item], by key: (TrainingProfile.Item) -> String
    ) -> [Group] {
        var groups: OrderedDictionary<String, Group> = [:]
        for item in items {
            let name = key(item)
            groups[name, default: Group(name)].add(item, peaks)
        }
        return groups.values.sorted { ($1.seconds, $0.name) < ($0.seconds, $1.name) }
    }
}

extension MachinePeaks {
    /// Seconds below which the machine cannot compute an operation whose operands lie in memory.
    func floor(of item: TrainingProfile.Item) -> Double {
        let transport = Double(item.bytes) / bandwidth
        let arithmetic =
            switch item.bound {
            case .product: Double(item.flops) / (rates(item)?.product ?? product)
            case .convolution: Double(item.flops) / (rates(item)?.convolution ?? convolution)
            case .memory: 0.0
            }
        return max(transport, arithmetic)
    }

    private func rates(_ item: TrainingProfile.Item) -> Reduced? { item.precision == .bfloat16 ? reduced : nil }
}
