import Data
import Glibc

/// A value that an event tells under a tag: the message `Summary.Value` of TensorBoard.
struct Summary: Hashable {
    private(set) var message = ProtocolBuffer()

    private init(tag: String) { message.text(1, tag) }

    private mutating func setPlugin(_ name: String, _ content: ProtocolBuffer = ProtocolBuffer()) {
        var plugin = ProtocolBuffer()
        plugin.text(1, name)
        if !content.bytes.isEmpty { plugin.message(2, content) }
        var metadata = ProtocolBuffer()
        metadata.message(1, plugin)
        message.message(9, metadata)
    }

    static func scalar(_ tag: String, _ value: Double) -> Summary {
        var summary = Summary(tag: tag)
        summary.message.float(2, Float(value))
        return summary
    }

    /// Text that is read as Markdown.
    static func text(_ tag: String, _ text: String) -> Summary {
        var summary = Summary(tag: tag)
        summary.message.message(8, strings([Array(text.utf8)]))
        summary.setPlugin("text")
        return summary
    }

    /// Pictures of one size, as PNG.
    static func images(_ tag: String, _ pictures: [[UInt8]], size: ImageSize) -> Summary {
        var summary = Summary(tag: tag)
        let extents = [size.width, size.height].map { Array("\($0)".utf8) }
        summary.message.message(8, strings(extents + pictures))
        summary.setPlugin("images")
        return summary
    }

    /// What the hparams dashboard knows of a run; `content` is one of its own messages.
    static func parameters(_ tag: String, _ content: ProtocolBuffer) -> Summary {
        var summary = Summary(tag: "_hparams_/" + tag)
        var tensor = ProtocolBuffer()
        tensor.integer(1, 1)
        tensor.message(2, shape(1))
        tensor.floats(5, [0])
        summary.message.message(8, tensor)
        summary.setPlugin("hparams", content)
        return summary
    }

    static let bins = 30

    /// Nil where no value is finite: there is nothing to draw.
    static func histogram(_ tag: String, _ values: [Float]) -> Summary? {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min().map(Double.init), let high = finite.max().map(Double.init) else { return nil }
        var counts = [Double](repeating: 0, count: bins)
        let width = (high - low) / Double(bins)
        for value in finite {
            let bin = width > 0 ? Int((Double(value) - low) / width) : 0
            counts[min(max(bin, 0), bins - 1)] += 1
        }
        let numbers = finite.map(Double.init)
        var content = ProtocolBuffer()
        content.double(1, low)
        content.double(2, high)
        content.double(3, Double(finite.count))
        content.double(4, numbers.reduce(0, +))
        content.double(5, numbers.reduce(0) { $0 + $1 * $1 })
        let limits = (1...bins).map { $0 == bins ? max(high, low.nextUp) : low + width * Double($0) }
        content.doubles(6, width > 0 ? limits : [low.nextUp])
        content.doubles(7, width > 0 ? counts : [counts[0]])
        var summary = Summary(tag: tag)
        summary.message.message(5, content)
        return summary
    }

    /// A tensor of one dimension of byte strings.
    private static func strings(_ values: [[UInt8]]) -> ProtocolBuffer {
        var tensor = ProtocolBuffer()
        tensor.integer(1, 7)
        tensor.message(2, shape(values.count))
        for value in values { tensor.bytes(8, value) }
        return tensor
    }

    private static func shape(_ count: Int) -> ProtocolBuffer {
        var dimension = ProtocolBuffer()
        dimension.integer(1, count)
        var shape = ProtocolBuffer()
        shape.message(2, dimension)
        return shape
    }
}

/// The message `Event` of TensorBoard.
enum SummaryEvent {
    /// The first of every file.
    static func beginning(at time: UTCDate) -> [UInt8] {
        var event = ProtocolBuffer()
        event.double(1, time.seconds)
        event.text(3, "brain.Event:2")
        return event.bytes
    }

    static func encoded(_ values: [Summary], step: Int, at time: UTCDate) -> [UInt8] {
        var summary = ProtocolBuffer()
        for value in values { summary.message(1, value.message) }
        var event = ProtocolBuffer()
        event.double(1, time.seconds)
        if step != 0 { event.integer(2, step) }
        event.message(5, summary)
        return event.bytes
    }
}

extension UTCDate {
    /// Since 1970.
    var seconds: Double { Double(millisecondsSince1970) / 1000 }
}
