import Tensors

/// Which examples train and which are held out. Both lists are ascending; a pure function of labels, share and seed.
package struct Split: Hashable, Sendable {
    package let train: [Int]
    package let validation: [Int]

    /// Holds out `share` of the examples, of each class as many as its part of the whole: the total is the share
    /// rounded to the nearest, and what rounding leaves over goes to the largest remainders, earlier classes first.
    /// - Throws: `SplitError` where a class would be left without examples on one side.
    package static func stratified(
        labels: [Int], classNames: [String], share: Double, seed: UInt64
    ) throws -> Split {
        try check(share, count: labels.count)
        var members = [[Int]](repeating: [], count: classNames.count)
        for (index, label) in labels.enumerated() {
            precondition(members.indices.contains(label), "the label \(label) is outside of the classes")
            members[label].append(index)
        }
        let sizes = allocate(members.map(\.count), share: share, total: rounded(share, of: labels.count))
        var isHeldOut = [Bool](repeating: false, count: labels.count)
        for (label, size) in sizes.enumerated() where !members[label].isEmpty {
            let count = members[label].count
            guard size > 0, size < count else {
                throw SplitError.emptyClass(
                    name: classNames[label], examples: count, share: share, side: size == 0 ? "validation" : "training")
            }
            var generator = SeededGenerator(seed: seed, stream: .split, substream: UInt64(label))
            for i in generator.permutation(of: count).prefix(size) { isHeldOut[members[label][i]] = true }
        }
        return Split(isHeldOut)
    }

    /// Holds out `share` of `count` examples, whatever they are.
    /// - Throws: `SplitError`.
    package static func random(count: Int, share: Double, seed: UInt64) throws -> Split {
        try check(share, count: count)
        let size = rounded(share, of: count)
        guard size > 0, size < count else {
            throw SplitError.emptySide(count: count, share: share, side: size == 0 ? "validation" : "training")
        }
        var isHeldOut = [Bool](repeating: false, count: count)
        var generator = SeededGenerator(seed: seed, stream: .split)
        for i in generator.permutation(of: count).prefix(size) { isHeldOut[i] = true }
        return Split(isHeldOut)
    }

    /// Stratified for classes, random for numbers.
    package static func of(_ dataset: any Dataset, share: Double, seed: UInt64) throws -> Split {
        guard let names = dataset.target.classNames else {
            return try random(count: dataset.count, share: share, seed: seed)
        }
        return try stratified(labels: dataset.classIndices(), classNames: names, share: share, seed: seed)
    }

    private init(_ isHeldOut: [Bool]) {
        train = isHeldOut.indices.filter { !isHeldOut[$0] }
        validation = isHeldOut.indices.filter { isHeldOut[$0] }
    }

    private static func check(_ share: Double, count: Int) throws {
        guard share > 0, share < 1 else { throw SplitError.share(share) }
    }

    private static func rounded(_ share: Double, of count: Int) -> Int { Int((share * Double(count)).rounded()) }

    private static func allocate(_ counts: [Int], share: Double, total: Int) -> [Int] {
        let exact = counts.map { Double($0) * share }
        var sizes = exact.map { Int($0) }
        let byRemainder = exact.indices.sorted { a, b in
            let (x, y) = (exact[a] - Double(sizes[a]), exact[b] - Double(sizes[b]))
            return x != y ? x > y : a < b
        }
        for index in byRemainder.prefix(max(total - sizes.reduce(0, +), 0)) { sizes[index] += 1 }
        return sizes
    }
}

/// A validation share that cannot be had.
package enum SplitError: DescriptionFault, Hashable, CustomStringConvertible {
    case share(Double)
    case emptySide(count: Int, share: Double, side: String)
    case emptyClass(name: String, examples: Int, share: Double, side: String)

    package var description: String {
        switch self {
        case .share(let share):
            "a validation share of \(share) cannot be held out: it must lie between 0 and 1, both excluded"
        case .emptySide(let count, let share, let side):
            "a validation share of \(share) of \(count) examples leaves none for \(side); take another share or more examples"
        case .emptyClass(let name, let examples, let share, let side):
            "a validation share of \(share) leaves the class \"\(name)\" (\(examples) \(examples == 1 ? "example" : "examples")) "
                + "without any for \(side); take another share, more examples of it, or a validation source"
        }
    }
}
