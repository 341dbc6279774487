import Glibc

/// Ctrl-C and SIGTERM: the first asks the run to end after its step, the second ends the process at once.
enum Interruption {
    nonisolated(unsafe) private static var requested: sig_atomic_t = 0

    /// Whether a second one ends the process.
    nonisolated(unsafe) private static var endsProcess = true

    /// Installs the handlers; whatever was asked for before is forgotten.
    /// - Parameter endsProcess: whether the second Ctrl-C ends the process at once.
    static func watch(endsProcess: Bool = true) {
        requested = 0
        self.endsProcess = endsProcess
        // Whoever started the program may have had them blocked, as the threads of some libraries have.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interruption.requested != 0, Interruption.endsProcess { _exit(128 + number) }
                Interruption.requested = 1
            }
        }
    }

    /// SIGTERM ends the process again.
    /// - Parameter ignoresKeys: whether Ctrl-C does nothing, rather than end the process too.
    static func unwatch(ignoresKeys: Bool) {
        requested = 0
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, ignoresKeys ? SIG_IGN : SIG_DFL)
    }

    static var isRequested: Bool { requested != 0 }
}
