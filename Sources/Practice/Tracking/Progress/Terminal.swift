import Glibc

/// What progress is written to, and what may be written there.
package struct Terminal: Sendable {
    /// Whether a line can be drawn over: a terminal that understands more than plain text.
    package var isInteractive: Bool
    package var usesColor: Bool
    package var usesUnicode: Bool
    /// Columns, asked for at every drawing: windows change.
    package var width: @Sendable () -> Int
    package var write: @Sendable (String) -> Void

    package init(
        isInteractive: Bool, usesColor: Bool, usesUnicode: Bool, width: @escaping @Sendable () -> Int,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.isInteractive = isInteractive
        self.usesColor = usesColor
        self.usesUnicode = usesUnicode
        self.width = width
        self.write = write
    }

    /// Standard error, as the environment describes it.
    package static func standardError() -> Terminal { describing(descriptor: STDERR_FILENO) }

    /// Standard output, for summaries: colours only where a person reads them.
    package static func standardOutput() -> Terminal { describing(descriptor: STDOUT_FILENO) }

    private static func describing(descriptor: Int32) -> Terminal {
        let isInteractive = isatty(descriptor) == 1 && !["", "dumb"].contains(variable("TERM"))
        return Terminal(
            isInteractive: isInteractive, usesColor: isInteractive && variable("NO_COLOR").isEmpty,
            usesUnicode: localeIsUTF8(variable), width: { columns(descriptor) },
            write: { writeIgnoringFailure($0, to: descriptor) })
    }

    /// The first of the three that is set decides, as in every C library.
    static func localeIsUTF8(_ variable: (String) -> String) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).first { !$0.isEmpty } ?? ""
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

    private static func columns(_ descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Progress that nobody can read must not end a run.
    private static func writeIgnoringFailure(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count {
                let written = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
                if written < 0 && errno == EINTR { continue }
                if written <= 0 { return }
                offset += written
            }
        }
    }

    // MARK: Styles

    enum Style: String {
        case bold = "1", dim = "2", red = "31", green = "32", yellow = "33", cyan = "36"
    }

    func styled(_ text: String, _ style: Style) -> String {
        usesColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A name from outside, harmless and in characters that can be shown.
    func shown(_ name: String) -> String { usesUnicode ? SafeText.visible(name) : SafeText.ascii(name) }

    /// `unicode` where it can be shown, else `ascii`.
    package func glyph(_ unicode: String, _ ascii: String) -> String { usesUnicode ? unicode : ascii }
}
