import Testing

@testable import Training

/// Rates of `torch.optim.lr_scheduler` with a peak of 1, as `Fixtures/schedules.py` wrote them.
@Suite struct ScheduleGoldenTests {
    struct File: Decodable { let cases: [String: [Double]] }

    static let configurations: [(name: String, configuration: ScheduleConfiguration)] = [
        ("constant", ScheduleConfiguration()),
        ("constant-warmup-5", ScheduleConfiguration(warmup: .steps(5))),
        ("step-0.5-every-6", ScheduleConfiguration(.step(factor: 0.5, every: .steps(6)))),
        ("exponential-0.9-every-1", ScheduleConfiguration(.exponential(factor: 0.9, every: .steps(1)))),
        ("cosine", ScheduleConfiguration(.cosine())),
        ("cosine-minimum-0.1", ScheduleConfiguration(.cosine(minimum: 0.1))),
        ("cosine-warmup-4", ScheduleConfiguration(.cosine(), warmup: .share(0.2))),
        ("linear", ScheduleConfiguration(.linear())),
        ("linear-warmup-10-end-0.2", ScheduleConfiguration(.linear(end: 0.2), warmup: .epochs(2))),
        ("one-cycle", ScheduleConfiguration(.oneCycle())),
        ("one-cycle-25-10-1000", ScheduleConfiguration(.oneCycle(div: 10, finalDiv: 1000), warmup: .share(0.25))),
    ]

    @Test func everyCurveEqualsPyTorch() throws {
        let file = try Fixtures.read(File.self, "schedules.json")
        #expect(Set(file.cases.keys) == Set(Self.configurations.map(\.name)))
        for (name, configuration) in Self.configurations {
            let expected = try #require(file.cases[name])
            let schedule = try configuration.resolved(totalSteps: expected.count, stepsPerEpoch: 5)
            for (step, value) in expected.enumerated() {
                let found = schedule.multiplier(step: step)
                #expect(abs(found - value) < 1e-12, "\(name), step \(step): \(found), PyTorch has \(value)")
            }
        }
    }
}
