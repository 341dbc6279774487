import Glibc

/// The learning rate of every layer at the schedule's peak, a line for each phase, over the same strip of layers as
/// `PolicyChart`.
struct RateChart {
    let layers: [RunRecord.LayerRecord]
    let phaseNames: [String]
    /// Left edge and width of each layer.
    let places: [(x: Double, width: Double)]

    private static let width = 1000.0
    private static let height = 130.0
    private static let styles = ["rate", "train", "validation", "test"]

    /// Whether layers differ: a table says the rest as well.
    var isWorthwhile: Bool {
        Set(layers.flatMap { $0.phases.compactMap(\.learningRate) }.filter { $0 > 0 }).count > 1
    }

    var markup: Markup {
        guard isWorthwhile else { return .empty }
        let keys = phaseNames.indices.map { phase -> Markup in
            "<span class=\"key \(RateChart.style(phase))\">\(phaseNames[phase])</span>"
        }
        return """
            <figure class="chart rates"><figcaption><b>Rates per layer</b><span class="legend">\(keys)</span></figcaption>
            <svg viewBox="0 0 \(RateChart.width) \(RateChart.height)" role="img" aria-label="Learning rate of each layer">
            \(grid)\(phaseNames.indices.map(line))
            </svg></figure>

            """
    }

    private static func style(_ phase: Int) -> String { styles[phase % styles.count] }

    private var scale: AxisScale {
        let rates = layers.flatMap { $0.phases.compactMap(\.learningRate) }.filter { $0 > 0 }
        return AxisScale(values: rates, range: (RateChart.height - 10, 10), kind: .logarithmic)
    }

    private var grid: Markup {
        let y = scale
        let left = places.first?.x ?? 0
        let right = places.last.map { $0.x + $0.width } ?? RateChart.width
        let ticks = y.ticks.isEmpty ? [y.domain.lowerBound, y.domain.upperBound] : y.ticks
        return ticks.reduce(into: Markup.empty) { result, tick in
            result += """
                <path class="grid" d="M\(left) \(y.position(tick))H\(right)"/>\
                <text class="y" x="\(left - 7)" y="\(y.position(tick) + 3.5)">\(Figures.rate(tick))</text>

                """
        }
    }

    private func line(_ phase: Int) -> Markup {
        let y = scale
        // Of one layer only; a line would be one pixel over another where phases agree.
        let shift = Double(phase) * 1.5
        return zip(layers, places).reduce(into: Markup.empty) { result, item in
            let (layer, place) = item
            guard phase < layer.phases.count, let rate = layer.phases[phase].learningRate, rate > 0 else { return }
            result += """
                <path class="curve \(RateChart.style(phase))" d="M\(place.x) \(y.position(rate) + shift)h\(max(0.5, place.width - 2))">\
                <title>\(layer.path), \(phaseNames[phase]): \(Figures.rate(rate))</title></path>

                """
        }
    }
}
