import Training

extension Report {
    /// Time and memory, phase by phase.
    var resources: Markup {
        let groups = phaseGroups
        guard groups.contains(where: { $0.contains { $0.seconds > 0 } }) else { return .empty }
        let rows = groups.map(row)
        return section(
            "Time and memory", "",
            """
            <div class="wide"><table><thead><tr><th>Phase</th><th class="number">Evaluations</th>\
            <th class="number">Time</th><th class="number">Per evaluation</th><th class="number">Examples per second</th>\
            <th class="number">Waiting for data</th><th class="number">Peak memory</th></tr></thead><tbody>
            \(rows)</tbody></table></div>

            """)
    }

    private var phaseGroups: [ArraySlice<EvaluationReport>] {
        var groups: [ArraySlice<EvaluationReport>] = []
        var rows = run.evaluations[...]
        while let first = rows.first {
            let own = rows.prefix { $0.phase == first.phase }
            groups.append(own)
            rows = rows.dropFirst(own.count)
        }
        return groups
    }

    private func row(_ reports: ArraySlice<EvaluationReport>) -> Markup {
        let seconds = reports.reduce(0) { $0 + $1.seconds }
        let waiting = reports.reduce(0) { $0 + $1.dataWaitSeconds }
        let speeds = reports.map(\.examplesPerSecond).sorted()
        let memory = reports.map(\.peakMemoryBytes).max() ?? 0
        let share = seconds > 0 ? Figures.percent(waiting / seconds, decimals: 1) : "–"
        return """
            <tr><th scope="row">\(reports.first?.phase ?? "")</th><td class="number">\(Figures.count(reports.count))</td>\
            <td class="number">\(Figures.duration(seconds))</td>\
            <td class="number">\(Figures.duration(seconds / Double(max(1, reports.count))))</td>\
            <td class="number">\(Figures.short(speeds[speeds.count / 2]))</td><td class="number">\(share)</td>\
            <td class="number">\(memory > 0 ? Figures.bytes(memory) : "–")</td></tr>

            """
    }
}
