import Glibc

/// Numbers as people read them: in progress lines, summaries and reports. Files get shortest round-trip numbers.
package enum Figures {
    /// `value` with a fixed number of decimals.
    package static func fixed(_ value: Double, _ decimals: Int) -> String { formatted("%.\(decimals)f", value) }

    /// Four decimals where they say something, else an exponent: `0.1834`, `12345.0`, `3.2e-07`.
    package static func score(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        switch abs(value) {
        case 0, 0.001..<1000: return fixed(value, 4)
        case 1000..<1_000_000: return fixed(value, 1)
        default: return shortExponent(formatted("%.2e", value))
        }
    }

    /// Up to three digits: `0.001`, `9.1e-5`.
    package static func rate(_ value: Double) -> String {
        if value != 0, abs(value) < 1e-3 { return shortExponent(formatted("%.2e", value)) }
        return shortExponent(formatted("%.3g", value))
    }

    /// `97.76 %`.
    package static func percent(_ share: Double, decimals: Int = 2) -> String {
        share.isFinite ? fixed(share * 100, decimals) + " %" : "\(share)"
    }

    /// Thousands apart: `1,199,882`.
    package static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// Three digits and a letter: `850`, `12.4k`, `1.20M`.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        switch abs(value) {
        case ..<999.5: return fixed(value, abs(value) < 10 ? 1 : 0)
        case ..<999_500: return threeDigits(value / 1e3) + "k"
        case ..<999_500_000: return threeDigits(value / 1e6) + "M"
        default: return threeDigits(value / 1e9) + "G"
        }
    }

    /// `812 kB`, `312 MB`, `1.24 GB` (powers of ten).
    package static func bytes(_ value: Int) -> String {
        switch Double(value) {
        case ..<1000: "\(value) B"
        case ..<999_500: threeDigits(Double(value) / 1e3) + " kB"
        case ..<999_500_000: threeDigits(Double(value) / 1e6) + " MB"
        default: threeDigits(Double(value) / 1e9) + " GB"
        }
    }

    /// `0.42 s`, `12.4 s`, `3:07 min`, `1:02:07 h`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "\(seconds)" }
        if seconds < 59.95 { return fixed(max(0, seconds), seconds < 9.995 ? 2 : 1) + " s" }
        return clock(seconds) + (seconds < 3599.5 ? " min" : " h")
    }

    /// `0:07`, `12:30`, `1:02:07`.
    package static func clock(_ seconds: Double) -> String {
        let total = Int(min(max(0, seconds.isFinite ? seconds : 0), 3.6e9).rounded())
        let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
        let tail = (rest < 10 ? "0" : "") + "\(rest)"
        return hours == 0 ? "\(minutes):\(tail)" : "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes):\(tail)"
    }

    /// `1 epoch`, `3 epochs`, `2,000 examples`.
    package static func plural(_ value: Int, _ noun: String) -> String {
        count(value) + " " + noun + (value == 1 ? "" : "s")
    }

    private static func threeDigits(_ value: Double) -> String {
        fixed(value, abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0)
    }

    /// `9.10e-05` as `9.1e-5`.
    private static func shortExponent(_ text: String) -> String {
        guard let e = text.firstIndex(of: "e") else { return text }
        var digits = text[..<e]
        if digits.contains(".") {
            while digits.hasSuffix("0") { digits.removeLast() }
            if digits.hasSuffix(".") { digits.removeLast() }
        }
        let exponent = Int(text[text.index(after: e)...]) ?? 0
        return digits + "e\(exponent)"
    }

    private static func formatted(_ format: String, _ value: Double) -> String {
        withVaList([value]) { arguments in
            var buffer = [CChar](repeating: 0, count: 400)
            let count = vsnprintf(&buffer, buffer.count, format, arguments)
            return String(decoding: buffer.prefix(Int(max(0, count))).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
