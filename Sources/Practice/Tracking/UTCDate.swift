import Glibc

/// A moment in UTC, to the millisecond. The only clock that reaches a file, and only `events.jsonl` and folder names.
package struct UTCDate: Sendable, Hashable {
    package let millisecondsSince1970: Int

    package init(millisecondsSince1970: Int) { self.millisecondsSince1970 = millisecondsSince1970 }

    package static func now() -> UTCDate {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UTCDate(millisecondsSince1970: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    /// ISO 8601: `2026-11-21T09:30:00.125Z`.
    package var iso8601: String {
        let f = fields
        let date = "\(padded(f.year, 4))-\(padded(f.month, 2))-\(padded(f.day, 2))"
        let time = "\(padded(f.hour, 2)):\(padded(f.minute, 2)):\(padded(f.second, 2))"
        return "\(date)T\(time).\(padded(f.millisecond, 3))Z"
    }

    /// For folder names: `20261121-093000`.
    package var stamp: String {
        let f = fields
        return padded(f.year, 4) + padded(f.month, 2) + padded(f.day, 2) + "-" + padded(f.hour, 2)
            + padded(f.minute, 2) + padded(f.second, 2)
    }

    private var fields: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int) {
        let milliseconds = ((millisecondsSince1970 % 1000) + 1000) % 1000
        var seconds = time_t((millisecondsSince1970 - milliseconds) / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return (
            Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour),
            Int(parts.tm_min), Int(parts.tm_sec), milliseconds
        )
    }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension UTCDate {
    /// Reads what `iso8601` wrote; nil where the text is anything else.
    init?(iso8601 text: String) {
        let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
        guard text.utf8.count == 24, text.hasSuffix("Z"), numbers.count == 7 else { return nil }
        var parts = tm()
        parts.tm_year = numbers[0] - 1900
        parts.tm_mon = numbers[1] - 1
        parts.tm_mday = numbers[2]
        parts.tm_hour = numbers[3]
        parts.tm_min = numbers[4]
        parts.tm_sec = numbers[5]
        self.init(millisecondsSince1970: timegm(&parts) * 1000 + Int(numbers[6]))
    }
}
