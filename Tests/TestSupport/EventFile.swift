import Glibc

/// An event file of TensorBoard, taken apart by what its format's description says alone.
package struct EventFile {
    /// A field of a message: its number and what it holds.
    package enum Field {
        case varint(Int, UInt64)
        case fixed64(Int, UInt64)
        case delimited(Int, [UInt8])
        case fixed32(Int, UInt32)
    }

    package struct Event {
        package var wallTime = 0.0
        package var step = 0
        package var version: String?
        package var values: [Value] = []
    }

    package struct Value {
        package var tag = ""
        package var scalar: Float?
        package var histogram: [UInt8]?
        /// Strings of a tensor.
        package var strings: [[UInt8]] = []
        package var plugin: String?
        /// What the plugin keeps beside the value.
        package var content: [UInt8] = []
    }

    package var events: [Event] = []
    /// What is wrong with the file.
    package var problems: [String] = []

    package init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func take(_ count: Int) -> [UInt8]? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        while !rest.isEmpty {
            guard let length = take(8), let lengthSum = take(4), let content = take(Int(EventFile.number(length))),
                let sum = take(4)
            else {
                problems.append("it ends within a record")
                return
            }
            if EventFile.sum(of: length) != EventFile.number(lengthSum) { problems.append("a length does not check") }
            if EventFile.sum(of: content) != EventFile.number(sum) { problems.append("a record does not check") }
            events.append(event(content))
        }
    }

    /// - Returns: the file at `path`; an empty one with a problem where it cannot be read.
    package static func read(_ path: String) -> EventFile {
        guard let file = fopen(path, "rb") else {
            var missing = EventFile([])
            missing.problems = ["\(path) cannot be read"]
            return missing
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return EventFile(bytes)
    }

    /// Steps and tags in order, which hold nothing that a clock decides.
    package var outline: [String] { events.map { "\($0.step): " + $0.values.map(\.tag).joined(separator: ", ") } }

    /// The points of a scalar.
    package func scalars(_ tag: String) -> [(step: Int, value: Float)] {
        events.flatMap { event in
            event.values.filter { $0.tag == tag }.compactMap { value in value.scalar.map { (event.step, $0) } }
        }
    }

    package func values(_ tag: String) -> [Value] { events.flatMap { $0.values.filter { $0.tag == tag } } }

    private static func number(_ bytes: [UInt8]) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    /// Bit by bit, then masked.
    private static func sum(of bytes: [UInt8]) -> UInt64 {
        var register: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            for bit in 0..<8 {
                let isOdd = (register ^ UInt32(byte) >> UInt32(bit)) & 1 == 1
                register = (register >> 1) ^ (isOdd ? 0x82F6_3B78 : 0)
            }
        }
        let crc = UInt64(register ^ 0xFFFF_FFFF)
        return ((crc >> 15 | (crc << 17 & 0xFFFF_FFFF)) + 0xA282_EAD8) & 0xFFFF_FFFF
    }

    /// The fields of a message; nil where it is none.
    package static func fields(_ bytes: [UInt8]) -> [Field]? {
        var fields: [Field] = []
        var place = 0
        func varint() -> UInt64? {
            var (value, shift) = (UInt64(0), UInt64(0))
            while place < bytes.count, shift < 64 {
                let byte = bytes[place]
                place += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        func fixed(_ count: Int) -> UInt64? {
            guard place + count <= bytes.count else { return nil }
            defer { place += count }
            return number(Array(bytes[place..<place + count]))
        }
        while place < bytes.count {
            guard let key = varint() else { return nil }
            let field = Int(key >> 3)
            switch key & 7 {
            case 0:
                guard let value = varint() else { return nil }
                fields.append(.varint(field, value))
            case 1:
                guard let value = fixed(8) else { return nil }
                fields.append(.fixed64(field, value))
            case 2:
                guard let count = varint(), place + Int(count) <= bytes.count else { return nil }
                fields.append(.delimited(field, Array(bytes[place..<place + Int(count)])))
                place += Int(count)
            case 5:
                guard let value = fixed(4) else { return nil }
                fields.append(.fixed32(field, UInt32(value)))
            default: return nil
            }
        }
        return fields
    }

    private mutating func event(_ bytes: [UInt8]) -> Event {
        var event = Event()
        for field in parsed(bytes) {
            switch field {
            case .fixed64(1, let bits): event.wallTime = Double(bitPattern: bits)
            case .varint(2, let step): event.step = Int(Int64(bitPattern: step))
            case .delimited(3, let text): event.version = String(decoding: text, as: UTF8.self)
            case .delimited(5, let summary):
                for case .delimited(1, let value) in parsed(summary) { event.values.append(self.value(value)) }
            default: problems.append("an event has a field that nobody knows")
            }
        }
        return event
    }

    private mutating func value(_ bytes: [UInt8]) -> Value {
        var value = Value()
        for field in parsed(bytes) {
            switch field {
            case .delimited(1, let tag): value.tag = String(decoding: tag, as: UTF8.self)
            case .fixed32(2, let bits): value.scalar = Float(bitPattern: bits)
            case .delimited(5, let histogram): value.histogram = histogram
            case .delimited(8, let tensor):
                for case .delimited(8, let text) in parsed(tensor) { value.strings.append(text) }
            case .delimited(9, let metadata):
                for case .delimited(1, let plugin) in parsed(metadata) {
                    for case .delimited(let field, let content) in parsed(plugin) {
                        if field == 1 { value.plugin = String(decoding: content, as: UTF8.self) }
                        if field == 2 { value.content = content }
                    }
                }
            default: problems.append("\(value.tag) has a field that nobody knows")
            }
        }
        return value
    }

    private mutating func parsed(_ bytes: [UInt8]) -> [Field] {
        guard let fields = EventFile.fields(bytes) else {
            problems.append("a message that is none")
            return []
        }
        return fields
    }
}
