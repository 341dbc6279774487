import Glibc
import JSON
import Training

@testable import Tracking

/// Comparisons that never were, the same every time.
enum SampleComparison {
    static let seeds = [1, 2, 3, 4, 5]
    static let fractions = [0.01, 0.03, 0.1, 0.3, 1]

    private static func arm(_ name: String, checkpoint: Comparison.Checkpoint?) -> Comparison.Arm {
        Comparison.Arm(
            name: name, recipe: ["name": .string(name), "epochs": 10], checkpoint: checkpoint, learningRate: 0.001,
            rateFrom: checkpoint == nil ? .search : .recipe)
    }

    /// A score that grows with labels and steps; fine-tuned ahead, the more the fewer labels.
    private static func score(_ isFirst: Bool, labels: Int, seed: Int, progress: Double = 1) -> Double {
        let needed = isFirst ? 40.0 : 400.0
        let noise = 0.004 * sin(Double(seed * 37 + labels % 11 + (isFirst ? 5 : 0)))
        return (0.985 - 0.6 * needed / (needed + Double(labels))) * (1 - exp(-8 * progress)) + noise
    }

    private static func run(_ name: String, fraction: Double, seed: Int) -> Comparison.Run {
        let labels = Int(27000 * fraction)
        let isFirst = name != "from-scratch"
        let curve = (1...20).map { point in
            Comparison.Run.Point(
                step: point * 60,
                score: score(isFirst, labels: labels, seed: seed, progress: Double(point) / (isFirst ? 20 : 32)))
        }
        return Comparison.Run(
            arm: name, seed: seed, fraction: fraction, labels: labels, steps: 1200, status: .done,
            score: score(isFirst, labels: labels, seed: seed), bestStep: 1140, folder: "\(name)/\(fraction)-s\(seed)",
            modelHash: String(repeating: "4e", count: 32), curve: curve)
    }

    static func whole(fractions: [Double] = SampleComparison.fractions, first: String = "fine-tuned") -> Comparison {
        let second = "from-scratch"
        var comparison = Comparison(
            name: "fashion-compare", metric: .init(name: "accuracy", goal: .higher, data: "test"), seeds: seeds,
            fractions: fractions, splitsBySeed: false, budget: .init(kind: .steps, steps: 1200), confidence: 0.95,
            draws: 10_000, classes: ["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
            arms: [
                arm(first, checkpoint: .init(path: "models/tops.h5", hash: String(repeating: "a1", count: 32))),
                arm(second, checkpoint: nil),
            ])
        comparison.status = .done
        comparison.runs = fractions.flatMap { fraction in
            [first, second].flatMap { name in seeds.map { run(name, fraction: fraction, seed: $0) } }
        }
        comparison.comparisons = fractions.map { pair(first, second, $0, comparison.runs) }
        comparison.efficiency = [
            .init(
                first: first, second: second, labels: 270, equals: 2600, relation: .about,
                sentence: "With 270 labels \(first) is as good as \(second) with about 2,600.")
        ]
        comparison.forgetting = seeds.map {
            .init(arm: first, fraction: 1, seed: $0, metric: "accuracy", before: 0.983, after: 0.61 + 0.01 * Double($0))
        }
        return comparison
    }

    private static func pair(
        _ first: String, _ second: String, _ fraction: Double, _ runs: [Comparison.Run]
    ) -> Comparison.Pair {
        func mean(_ arm: String) -> Double {
            let scores = runs.filter { $0.arm == arm && $0.fraction == fraction }.compactMap(\.score)
            return scores.reduce(0, +) / Double(scores.count)
        }
        let difference = mean(first) - mean(second)
        return Comparison.Pair(
            first: first, second: second, fraction: fraction, seeds: seeds, firstMean: mean(first),
            secondMean: mean(second), difference: difference,
            interval: .init(low: difference - 0.006, high: difference + 0.006), examples: 5000,
            mcNemar: .init(
                firstOnly: 120, secondOnly: 80, p: 0.0058,
                seeds: seeds.map { .init(seed: $0, firstOnly: 130 - $0, secondOnly: 90 + $0, p: 0.01 * Double($0)) }),
            wins: 5, losses: 0, ties: 0,
            stepsToReach: .init(
                score: mean(second) * 0.99, first: 480, second: 1140, firstExamples: 61_440, secondExamples: nil),
            verdict: difference > 0.006 ? .better : .noEvidence, moreRuns: nil,
            sentence: "\(first) is better than \(second): +\(Figures.fixed(difference * 100, 2)) points of accuracy.")
    }

    /// Every name an attack, every number at an edge.
    static func hostile() -> Comparison {
        let name = "</title><script>alert('x')</script> & \"q\" \u{1B}[31m\u{0}\u{202E}end"
        var comparison = whole(fractions: [1], first: name)
        comparison.name = name
        comparison.metric.name = name
        comparison.comparisons[0].sentence = name
        comparison.comparisons[0].interval = nil
        comparison.comparisons[0].difference = .nan
        comparison.comparisons[0].mcNemar = nil
        comparison.comparisons[0].moreRuns = 12
        comparison.comparisons[0].verdict = .tooFewRuns
        comparison.runs[0].folder = "javascript:alert(1)"
        comparison.runs[1].folder = "../../etc/passwd"
        comparison.runs[2].folder = name
        comparison.runs[3].folder = "/etc/passwd"
        comparison.runs[4].score = .nan
        comparison.runs[5].status = .failed
        comparison.runs[5].score = nil
        comparison.runs[6].curve = [.init(step: 60, score: .nan)]
        comparison.efficiency[0].sentence = name
        comparison.forgetting[0].metric = name
        return comparison
    }
}
