import JSON

/// How long a run took, by the `time` of its events.
package struct RunTimes: Sendable, Hashable {
    /// From the first event to the last.
    package var total: Double?
    /// From the first event to the start of the first phase: reading data and weights, compiling.
    package var startUp: Double?
    /// When the run began, ISO 8601.
    package var started: String?

    package init(total: Double? = nil, startUp: Double? = nil, started: String? = nil) {
        self.total = total
        self.startUp = startUp
        self.started = started
    }

    /// From the text of `events.jsonl`. Lines that cannot be read are passed over.
    package init(events: String) {
        var first: UTCDate?
        var last: UTCDate?
        for line in events.split(separator: "\n") {
            guard let event = try? JSON(parsing: String(line)), let text = event["time"]?.string,
                let time = UTCDate(iso8601: text)
            else { continue }
            first = first ?? time
            last = time
            if startUp == nil, event["event"]?.string == "phase-started", let first {
                startUp = time.seconds(since: first)
            }
        }
        started = first?.iso8601
        if let first, let last { total = last.seconds(since: first) }
    }
}

extension UTCDate {
    func seconds(since other: UTCDate) -> Double {
        Double(millisecondsSince1970 - other.millisecondsSince1970) / 1000
    }
}
