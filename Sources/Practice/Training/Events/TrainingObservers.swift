/// The observers of a run, told in the order in which they were added.
package struct TrainingObservers {
    private var observers: [any TrainingObserver]

    package init(_ observers: [any TrainingObserver] = []) { self.observers = observers }

    package mutating func add(_ observer: any TrainingObserver) { observers.append(observer) }

    /// Tells every observer, also those after one that fails or asks to stop: a log must hold the event that ended
    /// the run.
    /// - Returns: `.stop` when any of them asks for it.
    /// - Throws: the first observer's error, once all have been told.
    package func dispatch(_ event: TrainingEvent) throws -> TrainingDirective {
        var directive = TrainingDirective.continue
        var failure: (any Error)?
        for observer in observers {
            do {
                if try observer.handle(event) == .stop { directive = .stop }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return directive
    }
}
