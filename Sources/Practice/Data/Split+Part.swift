import Tensors

extension Split {
    /// A share of some examples: of each class the share of its number rounded to the nearest, at least one; of what is no
    /// class the share of all. The examples of a smaller share are among those of a larger one, whatever the two are, so
    /// that more labels are never other labels. A pure function of labels, share and seed.
    /// - Parameters:
    ///   - share: above 0 and at most 1.
    ///   - indices: the examples; nil for all.
    /// - Returns: ascending.
    /// - Throws: what reading a label throws.
    package static func part(_ share: Double, of indices: [Int]?, in dataset: any Dataset, seed: UInt64) throws -> [Int]
    {
        let all = indices ?? Array(0..<dataset.count)
        var members = [all]
        if let names = dataset.target.classNames {
            members = [[Int]](repeating: [], count: names.count)
            var label: Float = 0
            for index in all {
                try dataset.readTarget(index, &label)
                members[Int(label)].append(index)
            }
        }
        var chosen: [Int] = []
        for (label, examples) in members.enumerated() where !examples.isEmpty {
            let size = max(1, Int((share * Double(examples.count)).rounded()))
            // Apart from the streams that hold out validation examples.
            var generator = SeededGenerator(seed: seed, stream: .split, substream: (1 << 32) + UInt64(label))
            chosen += generator.permutation(of: examples.count).prefix(size).map { examples[$0] }
        }
        return chosen.sorted()
    }
}
