import Testing

@testable import Training

@Suite struct ScheduleTests {
    @Test func everyScheduleStaysBetweenZeroAndItsPeak() throws {
        for name in ScheduleName.allCases {
            for warmup in [nil, TrainingDuration.steps(1), .share(0.5), .share(0.999)] {
                for total in [1, 2, 3, 10, 101] {
                    let configuration = ScheduleConfiguration(name.defaultCurve, warmup: warmup)
                    guard let schedule = try? configuration.resolved(totalSteps: total, stepsPerEpoch: 3) else {
                        Issue.record("\(name) \(String(describing: warmup)) of \(total)")
                        continue
                    }
                    let values = (0..<total).map(schedule.multiplier)
                    #expect(values.allSatisfy { $0 > 0 && $0 <= 1 }, "\(name) of \(total): \(values)")
                    if schedule.warmupSteps < total { #expect(values.contains { abs($0 - 1) < 1e-12 }) }
                }
            }
        }
    }

    @Test func thePeakComesRightAfterTheWarmup() throws {
        let schedule = try ScheduleConfiguration(.cosine(), warmup: .epochs(0.5)).resolved(
            totalSteps: 30, stepsPerEpoch: 6)
        #expect((0..<4).map(schedule.multiplier) == [0.25, 0.5, 0.75, 1])
        #expect(schedule.multiplier(step: 4) < 1)
    }

    @Test func pastItsEndAScheduleStays() throws {
        let schedule = try ScheduleConfiguration(.linear()).resolved(totalSteps: 10, stepsPerEpoch: 5)
        #expect(schedule.multiplier(step: 9) == schedule.multiplier(step: 1000))
        #expect(schedule.multiplier(step: -1) == 1)
        let none = try ScheduleConfiguration(.oneCycle()).resolved(totalSteps: 0, stepsPerEpoch: 0)
        #expect(none.multiplier(step: 0).isFinite)
    }

    @Test func numbersThatMakeNoSenseAreRefused() {
        let bad: [ScheduleConfiguration] = [
            ScheduleConfiguration(.step(factor: 0)), ScheduleConfiguration(.step(factor: 1.5)),
            ScheduleConfiguration(.exponential(factor: .nan)), ScheduleConfiguration(.cosine(minimum: -0.1)),
            ScheduleConfiguration(.linear(end: 2)), ScheduleConfiguration(.oneCycle(div: 0.5)),
            ScheduleConfiguration(.oneCycle(finalDiv: .infinity)), ScheduleConfiguration(.step(every: .none)),
            ScheduleConfiguration(warmup: .steps(11)), ScheduleConfiguration(warmup: .epochs(1e300)),
        ]
        for configuration in bad {
            #expect(throws: ScheduleError.self) { try configuration.resolved(totalSteps: 10, stepsPerEpoch: 5) }
        }
        let error = ScheduleError.warmupTooLong(.epochs(3), steps: 15, total: 10)
        #expect(
            "\(error)" == "a warm-up of 3 epochs takes 15 steps, but the phase has only 10; shorten it or train longer")
        let range = ScheduleError.outOfRange("factor", 2, .leastNonzeroMagnitude...1)
        #expect("\(range)" == "the schedule's factor must be above 0 and at most 1.0, not 2.0")
    }

    @Test func durationsReadAsTheyAreWritten() throws {
        let texts: [(String, TrainingDuration)] = [
            ("2 epochs", .epochs(2)), ("1 epoch", .epochs(1)), ("0.5 epochs", .epochs(0.5)), ("2ep", .epochs(2)),
            ("2epochs", .epochs(2)), ("100 steps", .steps(100)), ("100", .steps(100)), ("0.1", .share(0.1)),
            ("10%", .share(0.1)), ("1e3 steps", .steps(1000)), ("0", .none),
        ]
        for (text, duration) in texts { #expect(try TrainingDuration(text) == duration, "\(text)") }
        for text in ["", "two epochs", "-1 epochs", "1.5 steps", "3 minutes", "nan", "200%", "1.5", "1e999 epochs"] {
            #expect(throws: TrainingDurationError.self, "\(text)") { try TrainingDuration(text) }
        }
        #expect(try TrainingDuration(number: 0.3) == .share(0.3))
        #expect(try TrainingDuration(number: 1) == .steps(1))
        #expect(throws: TrainingDurationError.self) { try TrainingDuration(number: .nan) }
        #expect(throws: TrainingDurationError.self) { try TrainingDuration(number: -1) }
    }

    @Test func durationsResolveToWholeSteps() {
        #expect(TrainingDuration.share(0.3).resolved(stepsPerEpoch: 10, totalSteps: 101) == 30)
        #expect(TrainingDuration.epochs(1.25).resolved(stepsPerEpoch: 10, totalSteps: 100) == 13)
        #expect(TrainingDuration.steps(7).resolved(stepsPerEpoch: 10, totalSteps: 3) == 7)
        #expect(TrainingDuration.epochs(2).description == "2 epochs")
    }
}
