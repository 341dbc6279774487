import JSON
import OrderedCollections
import Tracking
import Training

/// A timeline as JSON and back. Values that several moments have, such as the model, the settings and the phases that were
/// trained, are written once: `values`; moments name them by their places there.
enum SessionCoding {
    static func json(of timeline: Timeline, version: Int) -> JSON {
        var table = ValueTable()
        let lines = timeline.lines.mapValues { line -> JSON in
            [
                "past": .array(line.past.map { table.code($0) }),
                "future": .array(line.future.map { table.code($0) }),
            ]
        }
        return [
            "version": .integer(version), "current": .string(timeline.current), "lines": .object(lines),
            "values": .array(Array(table.places.keys)),
        ]
    }

    /// - Parameter files: of the state of a name.
    /// - Throws: `SnapshotDamage`; what `files` throws.
    static func timeline(_ json: JSON, files: (String) throws -> StateFiles) throws -> Timeline {
        guard let values = json["values"]?.array else { throw SnapshotDamage("values") }
        guard let current = json["current"]?.string, let coded = json["lines"]?.object, coded[current] != nil else {
            throw SnapshotDamage("lines")
        }
        var states: [String: StoredState] = [:]
        func moments(_ json: JSON?, _ place: String) throws -> [Moment] {
            guard let list = json?.array else { throw SnapshotDamage(place) }
            return try list.map { json in
                var moment = try self.moment(json, values, place)
                guard let name = json["state"]?.string else { return moment }
                let state = try states[name] ?? StoredState(in: files(name))
                states[name] = state
                moment.state = state
                return moment
            }
        }
        var lines: OrderedDictionary<String, Timeline.Line> = [:]
        for (name, line) in coded {
            let past = try moments(line["past"], "lines.\(name).past")
            guard !past.isEmpty else { throw SnapshotDamage("lines.\(name).past") }
            lines[name] = Timeline.Line(past: past, future: try moments(line["future"], "lines.\(name).future"))
        }
        return Timeline(lines: lines, current: current)
    }

    private static func moment(_ json: JSON, _ values: [JSON], _ place: String) throws -> Moment {
        func value(_ index: JSON?) throws -> JSON {
            guard let index = index?.int, values.indices.contains(index) else { throw SnapshotDamage(place) }
            return values[index]
        }
        guard let command = json["command"]?.string, let journal = json["journal"]?.array,
            let events = json["events"]?.array
        else { throw SnapshotDamage(place) }
        var draft = Draft(top: try value(json["top"]))
        draft.settings = try value(json["settings"])
        draft.queue = PhaseQueue(json: try value(json["queue"]))
        draft.journal = try journal.map { try value($0) }
        var moment = Moment(draft: draft, command: command)
        moment.leftover = json["leftover"]?.int
        moment.events = try events.compactMap { TrainingEvent(json: try value($0)) }
        return moment
    }
}

/// Values by their places, each once.
private struct ValueTable {
    private(set) var places: OrderedDictionary<JSON, Int> = [:]

    private mutating func place(_ value: JSON) -> JSON {
        if let known = places[value] { return .integer(known) }
        places[value] = places.count
        return .integer(places.count - 1)
    }

    mutating func code(_ moment: Moment) -> JSON {
        var fields: OrderedDictionary<String, JSON> = [
            "command": .string(moment.command), "top": place(moment.draft.top),
            "settings": place(moment.draft.settings), "queue": place(moment.draft.queue.json),
            "journal": .array(moment.draft.journal.map { place($0) }),
            "events": .array(moment.events.compactMap { $0.json }.map { place($0) }),
        ]
        if let leftover = moment.leftover { fields["leftover"] = .integer(leftover) }
        if let name = moment.state?.files?.name { fields["state"] = .string(name) }
        return .object(fields)
    }
}
