import Glibc

/// Ctrl-C and SIGTERM: the first asks the run to end after its step, the second ends the process at once.
enum Interruption {
    nonisolated(unsafe) private static var requested: sig_atomic_t = 0

    /// Installs the handlers; whatever was asked for before is forgotten.
    static func watch() {
        requested = 0
        // Whoever started the program may have had them blocked, as the threads of some libraries have.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interruption.requested != 0 { _exit(128 + number) }
                Interruption.requested = 1
            }
        }
    }

    static var isRequested: Bool { requested != 0 }
}
