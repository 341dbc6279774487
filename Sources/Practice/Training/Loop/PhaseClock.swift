import Glibc
import Tensors

/// Where a phase's time goes. Nothing that a run must repeat depends on it.
struct PhaseClock {
    private var began = 0.0
    private var waitedBefore = 0.0
    private(set) var trainingSeconds = 0.0
    private(set) var evaluationSeconds = 0.0

    mutating func start() { began = monotonicSeconds() }

    /// Goes on counting from what a stopped phase had spent.
    mutating func carry(trainingSeconds: Double, evaluationSeconds: Double) {
        self.trainingSeconds = trainingSeconds
        self.evaluationSeconds = evaluationSeconds
    }

    /// Seconds in steps, the stretch under way included.
    var trainingSecondsNow: Double { trainingSeconds + (began > 0 ? monotonicSeconds() - began : 0) }

    /// Ends a stretch of steps.
    /// - Parameter waited: seconds the stream has waited for data in all.
    /// - Returns: the seconds of the stretch, and those of them spent waiting.
    mutating func pause(waited: Double) -> (seconds: Double, waited: Double) {
        let now = monotonicSeconds()
        let seconds = now - began
        began = now
        trainingSeconds += seconds
        return (seconds, waited - waitedBefore)
    }

    /// Begins the next stretch.
    mutating func resume(waited: Double) {
        let now = monotonicSeconds()
        evaluationSeconds += now - began
        began = now
        waitedBefore = waited
    }
}

/// The process's own memory in bytes: pages that belong to no file, such as those of features that are kept, do not count.
/// Training frees nothing between its evaluations, so that the most that they saw is the peak.
package func anonymousMemoryBytes() -> Int {
    var line = [CChar](repeating: 0, count: 256)
    if let file = fopen("/proc/self/status", "r") {
        defer { fclose(file) }
        while fgets(&line, Int32(line.count), file) != nil {
            if strncmp(line, "RssAnon:", 8) == 0 { return strtol(Array(line.dropFirst(8)), nil, 10) * 1024 }
        }
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}
