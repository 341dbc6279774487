/// How often the right class is among the k largest scores. Of equal scores the one with the smaller index counts as
/// larger, so that k = 1 is accuracy and a model that says the same of all classes gains nothing.
struct TopKCounts {
    let k: Int
    private var hits = 0
    private var rows = 0

    init(k: Int) { self.k = k }

    mutating func add(_ batch: MetricBatch) {
        rows += batch.rows
        for row in 0..<batch.rows {
            let scores = batch.scores(row)
            let target = batch.targetClass(row)
            guard !scores.contains(where: \.isNaN) else { continue }
            let own = scores[target]
            let ahead = scores.indices.reduce(0) { count, i in
                scores[i] > own || (scores[i] == own && i < target) ? count + 1 : count
            }
            if ahead < k { hits += 1 }
        }
    }

    /// NaN without examples.
    var value: Double { Double(hits) / Double(rows) }
}
