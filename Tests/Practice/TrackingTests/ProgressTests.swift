import Synchronization
import Testing
import Training

@testable import Tracking

/// What a terminal was sent, with a clock that the test moves.
private final class Screen: Sendable {
    private let text = Mutex("")
    private let time = Mutex(0.0)

    var sent: String { text.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
    func clock() -> Double { time.withLock { $0 } }

    func terminal(interactive: Bool, color: Bool = false, unicode: Bool = true, width: Int = 120) -> Terminal {
        Terminal(
            isInteractive: interactive, usesColor: color, usesUnicode: unicode, width: { width },
            write: { piece in self.text.withLock { $0 += piece } })
    }

    /// The lines as they stand when all is written: what was drawn over is gone.
    var lines: [String] {
        sent.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let last = line.split(separator: "\r").last ?? ""
            return last == "\u{1B}[K" ? "" : String(last.replacing("\u{1B}[K", with: ""))
        }
    }
}

@Suite struct ProgressTests {
    private let screen = Screen()

    private func step(_ number: Int) -> TrainingEvent {
        .step(
            StepReport(
                step: number, epoch: (number - 1) / 211 + 1, phase: 0, stepInPhase: number, loss: 0.25,
                gradientNorm: 1.5,
                learningRate: 1e-3, examples: 128))
    }

    /// Both phases of the sample run, four steps an epoch of an eighth of a second each.
    private func play(_ progress: Progress, until events: Int = .max) {
        for event in SampleRun.events().prefix(events) {
            screen.advance(0.01)
            if case .evaluated(let report) = event {
                for quarter in 1...4 {
                    screen.advance(0.125)
                    let inPhase = report.epoch - (report.phase == "all" ? 5 : 1)
                    _ = progress.handle(step(inPhase * 211 + quarter * 211 / 4))
                }
            }
            _ = progress.handle(event)
        }
    }

    @Test func printsAPlainLinePerEvaluation() {
        play(Progress(terminal: screen.terminal(interactive: false), clock: screen.clock))
        #expect(screen.sent.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        let lines = screen.lines
        #expect(lines.count == 15)
        #expect(
            lines[0] == "phase 1/2 head: 4 epochs of 211 steps, 27,000 examples (3,000 more for validation), "
                + "590,597 of 600,165 parameters train")
        #expect(
            lines[1] == "head  epoch 1/4  step 211  loss 0.4428  val_loss 0.2660  val_accuracy 0.9320  lr 0.001  "
                + "73.0k examples/s  0.37 s  best so far")
        #expect(lines[5] == "phase head done after 4 epochs in 2.05 s; best val_loss 0.1340 at epoch 4")
        #expect(lines[12].hasPrefix("all  epoch 6/20  step 2110"))
        #expect(lines[13] == "phase all stopped early after 6 epochs in 3.07 s; best val_loss 0.0700 at epoch 4")
    }

    @Test func keepsOneLivePhaseLineOnATerminal() {
        play(Progress(terminal: screen.terminal(interactive: true), clock: screen.clock))
        #expect(
            screen.lines == [
                "✓ head  done after 4 epochs  2.05 s  best val_loss 0.1340 at epoch 4  val_accuracy 0.9650  █▅▃▁",
                "✓ all  stopped early after 6 epochs  3.07 s  best val_loss 0.0700 at epoch 4  val_accuracy 0.9810  █▄▂▁▂▄",
                "",
            ])
    }

    @Test func drawsTheLiveLine() {
        let progress = Progress(terminal: screen.terminal(interactive: true), clock: screen.clock)
        play(progress, until: 3)
        #expect(
            screen.lines == [
                "head 1/2  ━━━━━·····  epoch 2/4  loss 0.2500  val_accuracy 0.9320 ▲  ▁▁▁▁▁▁▁▁  lr 0.001  "
                    + "1.00k examples/s  0:01 left"
            ])
    }

    @Test func keepsTheScoreOnAnOrdinaryTerminal() {
        let progress = Progress(terminal: screen.terminal(interactive: true, width: 80), clock: screen.clock)
        play(progress, until: 3)
        #expect(screen.lines == ["head 1/2  ━━━━━·····  epoch 2/4  loss 0.2500  val_accuracy 0.9320 ▲  0:01 left"])
    }

    @Test(arguments: [30, 40, 60, 80, 100, 200])
    func fitsTheWidth(width: Int) {
        play(Progress(terminal: screen.terminal(interactive: true, width: width), clock: screen.clock))
        let widest = screen.sent.split { $0 == "\r" || $0 == "\n" }.map {
            SafeText.width(String($0.replacing("\u{1B}[K", with: "")))
        }.max()!
        #expect(widest < max(width, 46))
    }

    @Test func staysAsciiAndColourlessWhereAsked() {
        play(Progress(terminal: screen.terminal(interactive: true, unicode: false), clock: screen.clock))
        #expect(screen.sent.unicodeScalars.allSatisfy { $0.value < 0x7F })
        #expect(!screen.sent.replacing("\u{1B}[K", with: "").contains("\u{1B}"))
        #expect(screen.sent.contains("[=====>"))
        #expect(screen.lines[0].hasPrefix("ok head  done after 4 epochs"))
    }

    /// Before there are two evaluations the live line has the course of the steps' losses, in characters that can be shown.
    @Test(arguments: [(true, "█▇▇▆▅▅▄▄▃▂▂▁"), (false, "#**+==--:.._")])
    func drawsTheCourseOfTheLoss(unicode: Bool, expected: String) {
        let progress = Progress(
            terminal: screen.terminal(interactive: true, unicode: unicode, width: 160), clock: screen.clock)
        _ = progress.handle(SampleRun.events()[0])
        for number in 1...100 {
            screen.advance(0.11)
            _ = progress.handle(
                .step(
                    StepReport(
                        step: number, epoch: 1, phase: 0, stepInPhase: number, loss: 1 - Double(number) / 200,
                        gradientNorm: 1, learningRate: 1e-3, examples: 128)))
        }
        #expect(screen.lines.last?.contains("  \(expected)  ") == true, "\(screen.lines)")
    }

    @Test func aTrailOfLossesStaysShort() {
        var trail = LossTrail()
        for number in 0..<1000 { trail.add(number == 500 ? .nan : Double(number)) }
        #expect(trail.means.count < 24 && trail.means.count >= 12)
        #expect(zip(trail.means, trail.means.dropFirst()).allSatisfy { $0 < $1 })
        #expect(trail.means[0] == 31.5)
    }

    @Test func drawsAtMostTenTimesASecond() {
        let progress = Progress(terminal: screen.terminal(interactive: true), clock: screen.clock)
        _ = progress.handle(SampleRun.events()[0])
        for number in 1...1000 {
            screen.advance(0.001)
            _ = progress.handle(step(number))
        }
        #expect(screen.sent.count { $0 == "\r" } <= 11)
    }

    @Test func keepsQuietButForWarnings() {
        let progress = Progress(terminal: screen.terminal(interactive: true), verbosity: .quiet, clock: screen.clock)
        play(progress)
        _ = progress.handle(.message("hello"))
        _ = progress.handle(.warning("mind the \u{1B}[31mstep"))
        #expect(screen.sent == "warning: mind the ␛[31mstep\n")
    }

    @Test func printsWarningsAboveTheLiveLine() {
        let progress = Progress(terminal: screen.terminal(interactive: true), clock: screen.clock)
        play(progress, until: 2)
        _ = progress.handle(.warning("w"))
        #expect(screen.lines.count == 2)
        #expect(screen.lines[0] == "warning: w")
        #expect(screen.lines[1].hasPrefix("head 1/2"))
        progress.clear()
        #expect(screen.lines[1] == "")
    }

    @Test func showsStepsWhenVerbose() {
        play(Progress(terminal: screen.terminal(interactive: false), verbosity: .verbose, clock: screen.clock))
        #expect(screen.lines.contains("head  step 105  loss 0.2500  gradient norm 1.5000  lr 0.001"))
    }

    @Test func knowsTheLocale() {
        func usesUnicode(_ variables: [String: String]) -> Bool { Terminal.localeIsUTF8 { variables[$0] ?? "" } }
        #expect(usesUnicode(["LANG": "C.UTF-8"]))
        #expect(usesUnicode(["LANG": "C", "LC_ALL": "de_DE.utf8"]))
        #expect(!usesUnicode(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]))
        #expect(!usesUnicode([:]))
    }
}
