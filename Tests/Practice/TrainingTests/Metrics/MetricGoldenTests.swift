import Testing

@testable import Training

/// Values of scikit-learn and Keras, as `Fixtures/metrics_*.py` wrote them.
@Suite struct MetricGoldenTests {
    struct File: Decodable { let cases: [Case] }

    struct KerasFile: Decodable { let cases: [String: [String: Double]] }

    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let width: Int
        let targets: String
        let scores: String
        let predictions: [Float]
        let truth: [Float]
        let values: [String: Double]
        /// Metrics that have no value here.
        let undefined: [String]
        let confusion: [Int]?
        let perClass: [[Double]]?

        var testDescription: String { name }

        var format: PredictionFormat {
            let kind: PredictionFormat.Targets =
                switch targets {
                case "classIndex": .classIndex
                case "oneHot": .oneHot
                case "binary": .binary
                default: .values
                }
            return PredictionFormat(width: width, targets: kind, scores: scores == "logits" ? .logits : .probabilities)
        }
    }

    static let cases = try! Fixtures.read(File.self, "metrics.json").cases
    static let keras = try! Fixtures.read(KerasFile.self, "metrics-keras.json").cases

    @Test(arguments: cases) func everyMetricEqualsScikitLearn(_ recorded: Case) throws {
        let set = try accumulated(recorded, names: recorded.values.keys.sorted(), rowsPerBatch: 7)
        for metric in set.values() {
            let expected = try #require(recorded.values[metric.name])
            #expect(abs(metric.value - expected) < 1e-9 * max(1, abs(expected)), "\(metric), expected \(expected)")
        }
        for metric in try accumulated(recorded, names: recorded.undefined, rowsPerBatch: 7).values() {
            #expect(metric.value.isNaN, "\(metric)")
        }
        guard let confusion = recorded.confusion, let perClass = recorded.perClass else { return }
        #expect(set.confusionMatrix?.counts == confusion)
        for (report, row) in zip(set.classReports, perClass) {
            #expect(abs(report.precision - row[0]) < 1e-12)
            #expect(abs(report.recall - row[1]) < 1e-12)
            #expect(abs(report.f1 - row[2]) < 1e-12)
            #expect(report.support == Int(row[3]))
        }
    }

    @Test(arguments: cases) func metricsEqualKeras(_ recorded: Case) throws {
        guard let expected = Self.keras[recorded.name] else { return }
        for metric in try accumulated(recorded, names: expected.keys.sorted(), rowsPerBatch: 16).values() {
            let value = try #require(expected[metric.name])
            #expect(abs(metric.value - value) < 2e-6 * max(1, abs(value)), "\(metric), Keras has \(value)")
        }
    }

    @Test(arguments: cases) func batchesDoNotChangeABit(_ recorded: Case) throws {
        let names = recorded.values.keys.sorted()
        let whole = try accumulated(recorded, names: names, rowsPerBatch: 1000).values()
        #expect(try accumulated(recorded, names: names, rowsPerBatch: 1).values() == whole)
        #expect(try accumulated(recorded, names: names, rowsPerBatch: 13).values() == whole)
    }

    private func accumulated(_ recorded: Case, names: [String], rowsPerBatch: Int) throws -> MetricSet {
        var set = try MetricSet(names.map { try MetricConfiguration(name: $0) }, format: recorded.format)
        let rows = recorded.predictions.count / recorded.width
        for start in stride(from: 0, to: rows, by: rowsPerBatch) {
            recorded.predictions.withUnsafeBufferPointer { predictions in
                recorded.truth.withUnsafeBufferPointer { truth in
                    set.add(
                        predictions: predictions.baseAddress! + start * recorded.width,
                        targets: truth.baseAddress! + start * set.format.targetWidth,
                        rows: min(rowsPerBatch, rows - start))
                }
            }
        }
        return set
    }
}
