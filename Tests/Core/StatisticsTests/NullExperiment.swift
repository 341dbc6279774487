import Glibc
import Tensors

@testable import Statistics

/// Comparisons in which both models are equally good in truth: what an interval should contain is known to be 0.
struct NullExperiment: Sendable, CustomStringConvertible {
    enum Kind: String, Sendable {
        /// Differences are sums of normal effects.
        case numbers
        /// Differences of two answers that are right or wrong: −1, 0, 1.
        case answers
    }

    let kind: Kind
    let seeds: Int
    let examples: Int
    /// Standard deviations of what a seed, an example and both together do. A seed's and the rest's are scaled so that 1, 1, 1
    /// adds the same variance to the mean difference.
    let ofSeed: Double
    let ofExample: Double
    let ofBoth: Double

    var description: String {
        "\(kind.rawValue), \(seeds) seeds, \(examples) examples, effects \(ofSeed) : \(ofExample) : \(ofBoth)"
    }

    /// One comparison's differences.
    func differences(_ number: Int) -> [[Double]] {
        var generator = SeededGenerator(seed: 77, stream: .noise, substream: UInt64(number))
        let root = (Double(seeds) / Double(examples)).squareRoot()
        let spread = Double(seeds).squareRoot()
        switch kind {
        case .numbers:
            let shared = (0..<examples).map { _ in ofExample * generator.nextNormal() }
            return (0..<seeds).map { _ in
                let own = ofSeed * root * generator.nextNormal()
                return shared.map { own + $0 + ofBoth * spread * generator.nextNormal() }
            }
        case .answers:
            // How far an example lies on the right side, for either model; each example suits one of them more.
            let shared = (0..<examples).map { _ in (1 + generator.nextNormal(), ofExample * generator.nextNormal()) }
            return (0..<seeds).map { _ in
                let own = (2 * ofSeed * root * generator.nextNormal(), 2 * ofSeed * root * generator.nextNormal())
                return shared.map { ease, taste in
                    let first = ease + taste / 2 + own.0 + ofBoth * generator.nextNormal() > 0
                    let second = ease - taste / 2 + own.1 + ofBoth * generator.nextNormal() > 0
                    return (first ? 1.0 : 0) - (second ? 1 : 0)
                }
            }
        }
    }

    /// The shares of comparisons whose interval contains 0, corrected and not.
    func coverage(comparisons: Int, draws: Int) -> (interval: Double, percentiles: Double) {
        var (within, plain) = (0, 0)
        for number in 0..<comparisons {
            let result = HierarchicalBootstrap(seed: UInt64(number), draws: draws)(differences(number))
            if result.interval.contains(0) { within += 1 }
            if result.percentiles.contains(0) { plain += 1 }
        }
        return (Double(within) / Double(comparisons), Double(plain) / Double(comparisons))
    }

    static func all(examples: Int) -> [NullExperiment] {
        let effects: [(Double, Double, Double)] = [
            (1, 0, 0), (2, 1, 0.2), (1, 1, 0), (1, 1, 1), (0.5, 1, 0.3), (0, 1, 0), (0, 1, 0.5), (0, 0.5, 1), (0, 0, 1),
            (1, 0.3, 1),
        ]
        return [Kind.numbers, .answers].flatMap { kind in
            [3, 5, 10].flatMap { seeds in
                effects.map { effect in
                    // Answers without any effect of examples would always be the same.
                    let other = kind == .answers && effect == (1, 0, 0) ? (3, 0.2, 0.2) : effect
                    return NullExperiment(
                        kind: kind, seeds: seeds, examples: examples, ofSeed: other.0, ofExample: other.1,
                        ofBoth: other.2)
                }
            }
        }
    }
}
