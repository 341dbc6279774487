import Glibc

/// Maps values onto a stretch of pixels, and knows where a person would put the ticks.
struct AxisScale {
    enum Kind { case linear, logarithmic }

    let kind: Kind
    let domain: ClosedRange<Double>
    let range: (from: Double, to: Double)
    let ticks: [Double]

    /// - Parameters:
    ///   - values: what has to fit; what is not finite is passed over.
    ///   - isTight: ends the axis at the data instead of at a tick, as befits time.
    init(
        values: [Double], range: (from: Double, to: Double), kind: Kind = .linear, isTight: Bool = false,
        tickCount: Int = 5
    ) {
        let finite = values.filter { $0.isFinite && (kind == .linear || $0 > 0) }
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if low == high { (low, high) = AxisScale.widened(low, kind) }
        self.kind = kind
        self.range = range
        switch kind {
        case .logarithmic:
            let all = AxisScale.powers(low, high)
            ticks = all
            domain = low...high
        case .linear:
            let step = AxisScale.niceStep((high - low) / Double(tickCount))
            let first = isTight ? (low / step).rounded(.up) : (low / step).rounded(.down)
            let last = isTight ? (high / step).rounded(.down) : (high / step).rounded(.up)
            ticks = first <= last ? (0...Int(last - first)).map { (first + Double($0)) * step } : [low, high]
            domain = isTight ? low...high : first * step...last * step
        }
    }

    /// Whether the values span so much that only a logarithm shows them all.
    static func suitableKind(_ values: [Double]) -> Kind {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), low > 0 else { return .linear }
        return high / low > 30 ? .logarithmic : .linear
    }

    func position(_ value: Double) -> Double {
        let (low, high) = (transformed(domain.lowerBound), transformed(domain.upperBound))
        let share = (transformed(value) - low) / (high - low)
        return range.from + min(max(share, 0), 1) * (range.to - range.from)
    }

    /// The tick as text, with as many decimals as tell it from its neighbours.
    func label(_ tick: Double) -> String {
        if tick == 0 { return "0" }
        let size = abs(tick)
        let step = ticks.count > 1 ? ticks[1] - ticks[0] : size
        if kind == .logarithmic || step < 1e-3 || size >= 1e5 { return Figures.rate(tick) }
        return Figures.fixed(tick, max(0, min(6, Int((-log10(step) - 1e-9).rounded(.up)))))
    }

    private func transformed(_ value: Double) -> Double { kind == .linear ? value : log10(value) }

    private static func widened(_ value: Double, _ kind: Kind) -> (Double, Double) {
        if kind == .logarithmic { return (value / 2, value * 2) }
        let margin = max(abs(value) * 0.1, 1e-9)
        return (value - margin, value + margin)
    }

    private static func niceStep(_ rough: Double) -> Double {
        let power = pow(10, floor(log10(rough)))
        let mantissa = rough / power
        return (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10) * power
    }

    private static func powers(_ low: Double, _ high: Double) -> [Double] {
        let exponents = Int(floor(log10(low)))...Int(ceil(log10(high)))
        let factors = exponents.count <= 4 ? [1.0, 2, 5] : [1]
        let stride = max(1, exponents.count / 6)
        let ticks = exponents.filter { $0 % stride == 0 }.flatMap { exponent in
            factors.map { $0 * pow(10, Double(exponent)) }
        }
        return ticks.filter { $0 >= low * 0.999999 && $0 <= high * 1.000001 }
    }
}
