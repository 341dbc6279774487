import Foundation
import Testing

/// The real process, killed at random moments and gone on from, again and again: what it leaves is what a run leaves
/// that was never stopped. `KILL_POINTS` in the tests' environment says how often; `KILL_SEED` where.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct KillTests {
    private static func setting(_ name: String, _ standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    /// A linear congruential generator (Knuth, MMIX): the kill points are the same in every run of the test, as far as a
    /// scheduler lets them be.
    private struct Points: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test func killedAtAnyMomentItGoesOnToTheSameBytes() throws {
        let wanted = KillTests.setting("KILL_POINTS", 30)
        var points = Points(state: UInt64(KillTests.setting("KILL_SEED", 7)))
        try withFolder { folder in
            let run = try StoppedRun(in: folder)
            let length = run.reference.events.count
            #expect(length > 60)
            var (kills, trials, trail) = (0, 0, [String]())
            while kills < wanted {
                trials += 1
                let name = "killed-\(trials)"
                var process = try run.begin(name)
                trail = []
                for _ in 0..<Int.random(in: 1...4, using: &points) where kills < wanted {
                    // Anywhere between what is there and the end, and a moment more: also within a write.
                    let moment = Int.random(in: 0...length, using: &points)
                    let pause = UInt32.random(in: 0...8000, using: &points)
                    run.wait(for: moment, of: name, process)
                    usleep(pause)
                    guard process.stop(SIGKILL) else { break }
                    kills += 1
                    trail.append("\(run.events(of: name))")
                    process = try run.goOn(name)
                }
                process.waitUntilExit()
                try #require(process.terminationStatus == 0, "\(name), killed after events \(trail)")
                let files = try run.files(name)
                #expect(files.model == run.reference.model, "model.h5 of \(name), killed after events \(trail)")
                #expect(files.metrics == run.reference.metrics, "metrics.csv of \(name), killed after \(trail)")
                #expect(files.events == run.reference.events, "events.jsonl of \(name), killed after \(trail)")
                #expect(files.board == run.reference.board, "tensorboard of \(name), killed after \(trail)")
                #expect(files.record == run.reference.record, "run.json of \(name), killed after \(trail)")
                try FileManager.default.removeItem(atPath: run.path(name))
            }
            #expect(kills == wanted && trials > 0)
        }
    }
}
