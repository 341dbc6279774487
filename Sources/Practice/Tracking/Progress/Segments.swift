/// A line made of pieces, some of which give way where the terminal is narrow.
struct Segments {
    private struct Segment {
        let text: String
        let width: Int
        /// The highest goes first; 0 never goes.
        let dispensability: Int
    }

    private var segments: [Segment] = []
    static let gap = "  "

    /// - Parameters:
    ///   - plain: the text as it appears, which decides the width.
    ///   - styled: the same with colours.
    mutating func add(_ plain: String, styled: String? = nil, dispensability: Int = 0) {
        guard !plain.isEmpty else { return }
        segments.append(
            Segment(text: styled ?? plain, width: SafeText.width(plain), dispensability: dispensability))
    }

    var width: Int { segments.reduce(0) { $0 + $1.width } + max(0, segments.count - 1) * Segments.gap.count }

    /// The pieces that fit `columns`.
    mutating func fit(columns: Int) {
        while width > columns {
            guard let worst = segments.indices.max(by: { segments[$0].dispensability < segments[$1].dispensability }),
                segments[worst].dispensability > 0
            else { return }
            segments.remove(at: worst)
        }
    }

    /// The pieces with `bar` after the first one.
    func joined(bar: String? = nil) -> String {
        var texts = segments.map(\.text)
        if let bar, !texts.isEmpty { texts.insert(bar, at: 1) }
        return texts.joined(separator: Segments.gap)
    }
}
