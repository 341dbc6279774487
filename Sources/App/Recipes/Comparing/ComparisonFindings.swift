import JSON
import OrderedCollections
import Statistics
import Tensors
import Tracking
import Training

/// What the runs of a comparison say: pairs of arms, shares of labels that are worth the same, times.
struct ComparisonFindings {
    private let comparison: Comparison
    private let outcomes: [RunOutcome.Place: RunOutcome]
    /// Of all arms, by the share of the labels.
    private let scores: [Double: [ArmScores]]

    /// - Parameter folder: the comparison's.
    /// - Throws: what reading predictions throws.
    init(_ comparison: Comparison, _ outcomes: [RunOutcome], folder: String) throws {
        self.comparison = comparison
        let places = Dictionary(outcomes.map { ($0.place, $0) }, uniquingKeysWith: { $1 })
        self.outcomes = places
        scores = Dictionary(
            try comparison.fractions.map {
                ($0, try ArmScores.all(of: comparison, at: $0, places, folder: folder))
            }, uniquingKeysWith: { $1 })
    }

    /// Why the runs cannot be compared: their data or their checkpoint changed between them; nil where they can.
    static func change(among outcomes: [RunOutcome]) -> String? {
        var first: [Int: RunOutcome] = [:]
        for outcome in outcomes where outcome.run.status == .done {
            guard let other = first[outcome.place.arm] else {
                first[outcome.place.arm] = outcome
                continue
            }
            for (name, hash) in outcome.inputHashes where other.inputHashes[name] != hash {
                return
                    "\(name) changed between \(other.run.folder) and \(outcome.run.folder); put it back and remove the runs "
                    + "since then, or begin the comparison anew"
            }
        }
        return nil
    }

    /// Every arm with every one after it, at every share of the labels.
    func pairs() -> [Comparison.Pair] {
        comparison.fractions.flatMap { fraction in
            let scores = scores[fraction] ?? []
            return comparison.arms.indices.flatMap { first in
                ((first + 1)..<max(first + 1, comparison.arms.count)).compactMap { second in
                    pair(scores[first], scores[second], fraction)
                }
            }
        }
    }

    /// Nil where no seed was completed by both.
    private func pair(_ first: ArmScores, _ second: ArmScores, _ fraction: Double) -> Comparison.Pair? {
        let seeds = comparison.seeds.filter { first.runs[$0] != nil && second.runs[$0] != nil }
        guard !seeds.isEmpty else { return nil }
        let differences = PairedDifferences(first, second, seeds, isHigherBetter: comparison.metric.goal == .higher)
        let verdict = differences.verdict(comparison)
        let means = [first, second].map { arm in
            seeds.reduce(0) { $0 + (arm.runs[$1]?.run.score ?? .nan) } / Double(seeds.count)
        }
        var pair = Comparison.Pair(
            first: first.name, second: second.name, fraction: fraction, seeds: seeds, firstMean: means[0],
            secondMean: means[1], difference: means[0] - means[1], interval: verdict.interval,
            examples: differences.examples, mcNemar: differences.mcNemar, wins: differences.gains.count { $0 > 0 },
            losses: differences.gains.count { $0 < 0 }, ties: differences.gains.count { $0 == 0 },
            stepsToReach: stepsToReach(first, second, seeds), verdict: verdict.verdict, moreRuns: verdict.moreRuns,
            sentence: "")
        pair.sentence = ComparisonSentence(comparison, pair).text
        return pair
    }

    // MARK: Steps and seconds

    /// When each arm was as good on the validation data as the second one's kept weights were, seed by seed.
    private func reached(
        _ first: ArmScores, _ second: ArmScores, _ seeds: [Int]
    ) -> [(goal: Double, first: Int?, second: Int?, seed: Int)] {
        seeds.compactMap { seed in
            guard let one = first.runs[seed]?.run, let other = second.runs[seed]?.run,
                let goal = (other.curve.first { $0.step == other.bestStep } ?? other.curve.last)?.score, goal.isFinite
            else { return nil }
            func step(_ curve: [Comparison.Run.Point]) -> Int? {
                StepsToReach.first(
                    in: curve.map { ($0.step, $0.score) }, reaching: goal,
                    higherIsBetter: comparison.metric.goal == .higher)
            }
            return (goal, step(one.curve), step(other.curve), seed)
        }
    }

    private func stepsToReach(_ first: ArmScores, _ second: ArmScores, _ seeds: [Int]) -> Comparison.StepsToReach? {
        let found = reached(first, second, seeds)
        guard !found.isEmpty else { return nil }
        let steps = (median(found.map { $0.first }), median(found.map { $0.second }))
        let labels = first.runs[seeds[0]]?.run.labels ?? 0
        return Comparison.StepsToReach(
            score: found.reduce(0) { $0 + $1.goal } / Double(found.count), first: steps.0, second: steps.1,
            firstExamples: steps.0.map { examples($0, labels, first.arm) },
            secondExamples: steps.1.map { examples($0, labels, second.arm) })
    }

    /// Examples that so many steps go through.
    private func examples(_ steps: Int, _ labels: Int, _ arm: Int) -> Int {
        let recipe = comparison.arms[arm].recipe
        let batch = recipe["data"]?["batch_size"]?.int ?? 1
        let gathered = recipe["phases"]?[0]?["accumulate"]?.int ?? 1
        let batches = (labels + batch - 1) / batch
        let perPass = max(1, (batches + gathered - 1) / gathered)
        return steps / perPass * labels + min(steps % perPass * batch * gathered, labels)
    }

    /// The lower median; nil where half or more never get there.
    private func median<Value: Comparable>(_ values: [Value?]) -> Value? {
        let there = values.compactMap { $0 }.sorted()
        let place = (values.count - 1) / 2
        return there.indices.contains(place) ? there[place] : nil
    }

    /// What a clock decided: seconds of every run, and until an arm was as good as another one's end.
    func timing(_ pairs: [Comparison.Pair]) -> JSON {
        let runs = comparison.runs.compactMap { run in outcomes.values.first { $0.run.folder == run.folder } }
        let reached = comparison.fractions.flatMap { fraction -> [JSON] in
            let scores = scores[fraction] ?? []
            return pairs.filter { $0.fraction == fraction }.map { pair in
                let (first, second) = (
                    scores.first { $0.name == pair.first }!, scores.first { $0.name == pair.second }!
                )
                let found = self.reached(first, second, pair.seeds)
                func seconds(_ arm: ArmScores, _ steps: [(seed: Int, step: Int?)]) -> JSON {
                    median(
                        steps.map { seed, step in
                            step.flatMap { step in arm.runs[seed]?.laps.first { $0.step == step }?.seconds }
                        }
                    ).map(JSON.number) ?? .null
                }
                return [
                    "first": .string(pair.first), "second": .string(pair.second), "fraction": .number(fraction),
                    "first_seconds": seconds(first, found.map { ($0.seed, $0.first) }),
                    "second_seconds": seconds(second, found.map { ($0.seed, $0.second) }),
                ]
            }
        }
        return [
            "version": 1, "seconds": .number(runs.reduce(0) { $0 + $1.seconds }),
            "runs": .array(
                runs.map {
                    [
                        "arm": .string($0.run.arm), "seed": .integer($0.run.seed), "fraction": .number($0.run.fraction),
                        "seconds": .number($0.seconds),
                        "steps_per_second": .number(Double($0.run.steps) / max($0.seconds, 1e-9)),
                    ]
                }),
            "seconds_to_reach": .array(reached),
        ]
    }

    // MARK: Labels

    /// For each share of the labels, with how many the later arms are as good as the first.
    func equivalences(_ pairs: [Comparison.Pair]) -> [Comparison.Equivalence] {
        guard comparison.fractions.count > 1 else { return [] }
        return comparison.arms.dropFirst().flatMap { other -> [Comparison.Equivalence] in
            let (one, two) = (curve(comparison.arms[0].name), curve(other.name))
            guard two.count > 1 else { return [] }
            return one.compactMap { point in
                Comparison.Equivalence(
                    labels: point.labels, score: point.score, first: comparison.arms[0].name, second: other.name,
                    on: two,
                    isHigherBetter: comparison.metric.goal == .higher)
            }
        }
    }

    /// Mean scores by the number of labels, ascending.
    private func curve(_ arm: String) -> [(labels: Int, score: Double)] {
        comparison.fractions.compactMap { fraction in
            let runs = comparison.runs.filter { $0.arm == arm && $0.fraction == fraction && $0.status == .done }
            let scores = runs.compactMap(\.score)
            guard let labels = runs.first?.labels, !scores.isEmpty else { return nil }
            return (labels, scores.reduce(0, +) / Double(scores.count))
        }
    }
}
