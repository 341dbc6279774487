/// How much of a mean's variance comes from seeds and how much from examples: the analysis of variance of two crossed random
/// effects with one value in each cell (Scheffé, The Analysis of Variance, 1959, chapter 7).
package struct CrossedVariance: Hashable, Sendable {
    package let seeds: Int
    package let examples: Int
    package let mean: Double
    /// The seeds' part of the variance of the mean, what is particular to a seed and an example included; 0 with one seed.
    package let ofSeeds: Double
    /// The examples' part; 0 with one example.
    package let ofExamples: Double

    /// The seeds' part is expected to be at least the rest's: chance alone hardly ever makes it less than this share of it, a
    /// model that answers one class, on a test set with as many examples of each, always does.
    private static let least = 0.02

    /// - Precondition: there is a number, all are finite, and each seed has as many.
    package init(_ differences: [[Double]]) {
        seeds = differences.count
        examples = differences.first?.count ?? 0
        precondition(seeds > 0 && examples > 0, "differences of no seed or no example")
        let columns = differences[0].count
        precondition(differences.allSatisfy { $0.count == columns }, "seeds with different numbers of examples")
        let seedMeans = differences.map { $0.reduce(0, +) / Double(columns) }
        var exampleMeans = [Double](repeating: 0, count: columns)
        for row in differences { for i in 0..<columns { exampleMeans[i] += row[i] } }
        for i in 0..<columns { exampleMeans[i] /= Double(differences.count) }
        let mean = seedMeans.reduce(0, +) / Double(differences.count)
        precondition(mean.isFinite, "differences that are no numbers")
        var rest = 0.0
        for (row, own) in zip(differences, seedMeans) {
            for i in 0..<columns {
                let left = row[i] - own - exampleMeans[i] + mean
                rest += left * left
            }
        }
        func squares(_ means: [Double]) -> Double { means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }
        let (s, n) = (Double(differences.count), Double(columns))
        self.mean = mean
        // With one seed there is no rest: what its examples differ by is theirs.
        let restMean = s > 1 && n > 1 ? rest / ((s - 1) * (n - 1)) : 0
        let least = CrossedVariance.least * restMean / (s * n)
        ofSeeds = s > 1 ? max(squares(seedMeans) / (s - 1) / s, least) : 0
        ofExamples = n > 1 ? max(0, s * squares(exampleMeans) / (n - 1) - restMean) / (s * n) : 0
    }

    package var standardError: Double { (ofSeeds + ofExamples).squareRoot() }

    /// What a seed's mean difference deviates from that of all seeds.
    package var seedDeviation: Double { (ofSeeds * Double(seeds)).squareRoot() }

    /// Half the width of the interval whose upper end leaves a share 1 − `upper` above it, as `HierarchicalBootstrap` says.
    package func halfWidth(upper: Double) -> Double {
        let total = ofSeeds + ofExamples
        guard total > 0 else { return 0 }
        let degrees = (seeds: Double(max(1, seeds - 1)), examples: Double(max(1, examples - 1)))
        let satterthwaite =
            total * total / (ofSeeds * ofSeeds / degrees.seeds + ofExamples * ofExamples / degrees.examples)
        let ofSeedsAlone = StudentT(degrees: degrees.seeds).quantile(upper)
        let ofExamplesAlone = StudentT(degrees: degrees.examples).quantile(upper)
        let weighed =
            (ofSeedsAlone * ofSeedsAlone * ofSeeds + ofExamplesAlone * ofExamplesAlone * ofExamples) / total
        let quantile = (StudentT(degrees: satterthwaite).quantile(upper) + weighed.squareRoot()) / 2
        return quantile * total.squareRoot()
    }
}
