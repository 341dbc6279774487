import Testing

@testable import Training

@Suite struct TrainingObserversTests {
    private final class Recorder: TrainingObserver {
        var events: [TrainingEvent] = []
        let answer: Result<TrainingDirective, Failure>

        init(_ answer: Result<TrainingDirective, Failure>) { self.answer = answer }

        func handle(_ event: TrainingEvent) throws -> TrainingDirective {
            events.append(event)
            return try answer.get()
        }
    }

    private struct Failure: Error, Equatable { let name: String }

    @Test func oneThatStopsStopsAndAllAreTold() throws {
        let recorders = [Recorder(.success(.stop)), Recorder(.success(.continue))]
        var observers = TrainingObservers([recorders[0]])
        observers.add(recorders[1])
        #expect(try observers.dispatch(.message("hello")) == .stop)
        #expect(recorders.allSatisfy { $0.events == [.message("hello")] })
        #expect(try TrainingObservers().dispatch(.message("hello")) == .continue)
    }

    @Test func theFirstFailureIsThrownAfterAllAreTold() {
        let recorders = [
            Recorder(.failure(Failure(name: "disk"))), Recorder(.failure(Failure(name: "pipe"))),
            Recorder(.success(.continue)),
        ]
        #expect(throws: Failure(name: "disk")) { try TrainingObservers(recorders).dispatch(.warning("full")) }
        #expect(recorders.allSatisfy { $0.events.count == 1 })
    }
}
