import Tensors
import Training

/// Shows training to the person who waits for it: on a terminal one live line per phase, elsewhere a plain line per
/// evaluation without control characters.
package final class Progress: TrainingObserver {
    package enum Verbosity: Sendable { case quiet, normal, verbose }

    private static let redrawInterval = 0.1
    private let terminal: Terminal
    private let verbosity: Verbosity
    private let clock: () -> Double
    private let lines: ProgressLines
    private var state: ProgressState?
    private var epochsBefore = 0
    private var lastDrawn = -Double.infinity
    private var isDrawn = false

    package init(
        terminal: Terminal = .standardError(), verbosity: Verbosity = .normal,
        clock: @escaping () -> Double = monotonicSeconds
    ) {
        self.terminal = terminal
        self.verbosity = verbosity
        self.clock = clock
        lines = ProgressLines(terminal: terminal)
    }

    deinit { clear() }

    package func handle(_ event: TrainingEvent) -> TrainingDirective {
        switch event {
        case .warning(let text): say(terminal.styled("warning:", .yellow) + " " + terminal.shown(text))
        case .message(let text), .remark(let text): if verbosity != .quiet { say(terminal.shown(text)) }
        default: if verbosity != .quiet { show(event) }
        }
        return .continue
    }

    /// Takes note of what happened before a stopped run went on, without showing it again.
    package func recall(_ event: TrainingEvent) {
        switch event {
        case .phaseStarted(let phase): state = ProgressState(phase: phase, epochsBefore: epochsBefore, now: clock())
        case .evaluated(let report): state?.add(report, now: clock())
        case .phaseEnded:
            epochsBefore = state?.lastEpoch ?? epochsBefore
            state = nil
        case .step, .warning, .message, .remark: break
        }
    }

    /// Takes note of how far the phase under way had come.
    package func recall(stepInPhase: Int) { state?.skip(to: stepInPhase, now: clock()) }

    /// Prints a line of its own, above the live line if there is one.
    package func say(_ text: String) {
        let wasDrawn = isDrawn
        clear()
        terminal.write(text + "\n")
        if wasDrawn { draw() }
    }

    /// Takes the live line away, so that an error can be printed.
    package func clear() {
        guard isDrawn else { return }
        terminal.write("\r\u{1B}[K")
        isDrawn = false
    }

    private func show(_ event: TrainingEvent) {
        switch event {
        case .phaseStarted(let phase):
            state = ProgressState(phase: phase, epochsBefore: epochsBefore, now: clock())
            if !terminal.isInteractive || verbosity == .verbose { say(lines.opening(phase)) }
            if terminal.isInteractive { draw() }
        case .step(let step):
            state?.add(step)
            if verbosity == .verbose, let state, isTenth(step, of: state.phase) { say(lines.plain(step, state)) }
            drawIfDue()
        case .evaluated(let report):
            state?.add(report, now: clock())
            if !terminal.isInteractive || verbosity == .verbose, let state { say(lines.plain(report, state)) }
            drawIfDue()
        case .phaseEnded(let end): finish(end)
        case .warning, .message, .remark: break
        }
    }

    private func finish(_ end: PhaseEnd) {
        guard let state else { return }
        clear()
        if terminal.isInteractive {
            terminal.write(lines.finished(state, end, now: clock(), columns: terminal.width() - 1) + "\n")
        } else {
            terminal.write(lines.closing(state, end, now: clock()) + "\n")
        }
        epochsBefore = state.lastEpoch
        self.state = nil
    }

    /// Ten times an epoch is enough to see a loss go wrong.
    private func isTenth(_ step: StepReport, of phase: PhaseStart) -> Bool {
        step.stepInPhase % max(1, phase.stepsPerEpoch / 10) == 0
    }

    private func drawIfDue() {
        if terminal.isInteractive, clock() - lastDrawn >= Progress.redrawInterval { draw() }
    }

    private func draw() {
        guard let state else { return }
        let now = clock()
        terminal.write("\r" + lines.live(state, now: now, columns: max(20, terminal.width() - 1)) + "\u{1B}[K")
        lastDrawn = now
        isDrawn = true
    }
}
