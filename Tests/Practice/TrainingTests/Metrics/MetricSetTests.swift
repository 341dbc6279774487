import Testing

@testable import Training

@Suite struct MetricSetTests {
    private func metrics(
        _ names: [String], _ format: PredictionFormat, _ predictions: [Float], _ targets: [Float]
    ) throws -> MetricSet {
        var set = try MetricSet(names.map { try MetricConfiguration(name: $0) }, format: format)
        set.add(predictions: predictions, targets: targets, rows: predictions.count / format.width)
        return set
    }

    @Test func aRowThatIsNaNPredictsNothing() throws {
        let set = try metrics(
            ["accuracy", "top_2_accuracy", "recall"], PredictionFormat(width: 2, targets: .classIndex),
            [.nan, 0.2, 0.9, 0.1], [0, 0])
        #expect(set.values().map(\.value) == [0.5, 0.5, 0.5])
        #expect(set.confusionMatrix?.undecided == [1, 0])
        let binary = try metrics(["accuracy"], PredictionFormat(width: 1, targets: .binary), [.nan, 0.1], [0, 0])
        #expect(binary.values()[0].value == 0.5)
    }

    @Test func oneHalfIsANo() throws {
        let set = try metrics(["accuracy"], PredictionFormat(width: 1, targets: .classIndex), [0.5, 0.6], [0, 1])
        #expect(set.values() == [MetricValue(name: "accuracy", value: 1)])
    }

    @Test func binaryLogitsAreCutAtZero() throws {
        let format = PredictionFormat(width: 1, targets: .binary, scores: .logits)
        let set = try metrics(["accuracy"], format, [0.3, -0.3], [1, 0])
        #expect(set.values(prefix: "val_") == [MetricValue(name: "val_accuracy", value: 1)])
    }

    @Test func aConstantModelGainsNothingInTopK() throws {
        let set = try metrics(
            ["top_2_accuracy"], PredictionFormat(width: 4, targets: .classIndex),
            Array(repeating: 0.25, count: 16), [0, 1, 2, 3])
        #expect(set.values()[0].value == 0.5)
    }

    @Test func aUCWithOneKindOfExamplesIsNotANumber() throws {
        let set = try metrics(["auc"], PredictionFormat(width: 1, targets: .binary), [0.2, 0.8], [1, 1])
        #expect(set.values()[0].value.isNaN)
    }

    @Test func noExamplesGiveNoNumbers() throws {
        let classes = try MetricSet(
            [MetricConfiguration(.accuracy), MetricConfiguration(.f1)],
            format: PredictionFormat(width: 3, targets: .classIndex))
        #expect(classes.values().allSatisfy { $0.value.isNaN })
    }

    @Test func constantTargetsHaveAnR2() throws {
        let format = PredictionFormat(width: 1, targets: .values)
        #expect(try metrics(["r2"], format, [0.1, 0.1], [0.1, 0.1]).values()[0].value == 1)
        #expect(try metrics(["r2"], format, [0.1, 0.2], [0.1, 0.1]).values()[0].value == 0)
        #expect(try metrics(["r2"], format, [0.1], [0.1]).values()[0].value.isNaN)
    }

    @Test func targetsFarFromZeroLoseNothing() throws {
        let targets: [Float] = [16_777_000, 16_777_001, 16_777_002, 16_777_003]
        let predictions = targets.map { $0 + 1 }
        let set = try metrics(["r2", "mse"], PredictionFormat(width: 1, targets: .values), predictions, targets)
        #expect(set.values().map(\.value) == [1 - 4.0 / 5, 1])
    }

    @Test func resetForgets() throws {
        var set = try metrics(["accuracy"], PredictionFormat(width: 2, targets: .classIndex), [0, 1], [0])
        set.reset()
        set.add(predictions: [1, 0], targets: [0], rows: 1)
        #expect(set.values()[0].value == 1)
    }

    @Test func metricsMustFitTheTargets() throws {
        let numbers = PredictionFormat(width: 2, targets: .values)
        #expect(throws: MetricError.needsClasses(.accuracy)) {
            try MetricSet([MetricConfiguration(.accuracy)], format: numbers)
        }
        #expect(throws: MetricError.needsNumbers(.mae)) {
            try MetricSet([MetricConfiguration(.mae)], format: PredictionFormat(width: 2, targets: .classIndex))
        }
        #expect(throws: MetricError.needsOneOfMany(.topKAccuracy)) {
            try MetricSet([MetricConfiguration(.topKAccuracy)], format: PredictionFormat(width: 1, targets: .binary))
        }
    }

    @Test func namesAndAliases() throws {
        #expect(try MetricConfiguration(name: "top_3_accuracy") == MetricConfiguration(.topKAccuracy, k: 3))
        #expect(try MetricConfiguration(name: "top_3_accuracy").name == "top_3_accuracy")
        #expect(try MetricConfiguration(name: "top_k_accuracy").name == "top_k_accuracy")
        #expect(try MetricConfiguration(name: "sparse_categorical_accuracy").name == "accuracy")
        for name in ["top_0_accuracy", "top_x_accuracy", "accurracy", ""] {
            #expect(throws: MetricError.unknown(name)) { try MetricConfiguration(name: name) }
        }
    }
}
