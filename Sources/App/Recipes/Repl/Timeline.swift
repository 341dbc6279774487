import JSON
import OrderedCollections
import Training

/// Everything that a command can change, between two commands.
struct Moment {
    var draft: Draft
    /// Nil before the first step.
    var state: StoredState?
    /// What training told, from the first step on.
    var events: [TrainingEvent] = []
    /// Steps that a pause left over.
    var leftover: Int?
    /// The command that led here.
    var command: String
}

/// The moments that can be gone back to: lines with names, each with what came before and what was undone.
struct Timeline {
    struct Line {
        /// The last one is where it stands; at least one.
        var past: [Moment]
        /// What was undone, the next one to redo last.
        var future: [Moment] = []
    }

    fileprivate(set) var lines: OrderedDictionary<String, Line>
    private(set) var current: String

    /// - Parameter current: one of the lines.
    init(lines: OrderedDictionary<String, Line>, current: String) {
        self.lines = lines
        self.current = current
    }

    init(_ moment: Moment, line: String = "main") {
        lines = [line: Line(past: [moment])]
        current = line
    }

    var line: Line { lines[current]! }
    var now: Moment { line.past[line.past.count - 1] }
    var names: [String] { Array(lines.keys) }

    /// Goes on to a moment; what was undone is forgotten.
    mutating func add(_ moment: Moment) {
        lines[current]!.past.append(moment)
        lines[current]!.future = []
    }

    /// - Throws: `UsageError` where there are fewer.
    mutating func undo(_ count: Int) throws {
        let before = line.past.count - 1
        guard before > 0 else { throw UsageError("there is nothing to undo on \(current)") }
        guard (1...before).contains(count) else {
            throw UsageError("undo \(count): expected 1 to \(before), as many commands as there are on \(current)")
        }
        for _ in 0..<count { lines[current]!.future.append(lines[current]!.past.removeLast()) }
    }

    /// - Throws: `UsageError` where fewer were undone.
    mutating func redo(_ count: Int) throws {
        let undone = line.future.count
        guard undone > 0 else { throw UsageError("there is nothing to redo on \(current)") }
        guard (1...undone).contains(count) else {
            throw UsageError("redo \(count): expected 1 to \(undone), as many commands as were undone")
        }
        for _ in 0..<count { lines[current]!.past.append(lines[current]!.future.removeLast()) }
    }

    /// A line of its own from here on.
    /// - Throws: `UsageError` for a name that is taken or no name.
    mutating func branch(_ name: String) throws {
        guard !name.isEmpty, !name.hasPrefix("-") else { throw UsageError("\"\(name)\" is no name for a line") }
        guard lines[name] == nil else { throw UsageError("there is a line \(name) already; switch \(name) goes there") }
        lines[name] = Line(past: line.past)
        current = name
    }

    /// - Throws: `UsageError` for a line that is not there.
    mutating func `switch`(to name: String) throws {
        guard lines[name] != nil else { throw missing(name) }
        current = name
    }

    func tip(of name: String) throws -> Moment {
        guard let past = lines[name]?.past else { throw missing(name) }
        return past[past.count - 1]
    }

    private func missing(_ name: String) -> UsageError {
        UsageError("there is no line \(name)" + didYouMean(name, among: names, known: "lines"))
    }
}

extension Timeline {
    /// The states of all moments, each once, from the oldest on along each line.
    var states: [StoredState] {
        var seen: Set<ObjectIdentifier> = []
        return lines.values.flatMap { $0.past + $0.future.reversed() }.compactMap(\.state).filter {
            seen.insert(ObjectIdentifier($0)).inserted
        }
    }

    /// Forgets the oldest moment of the longest line; its end stays.
    /// - Returns: whether there was one.
    mutating func forgetOldest() -> Bool {
        guard let longest = lines.values.indices.max(by: { lines.values[$0].past.count < lines.values[$1].past.count }),
            lines.values[longest].past.count > 1
        else { return false }
        lines.values[longest].past.removeFirst()
        return true
    }
}
