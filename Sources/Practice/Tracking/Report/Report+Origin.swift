extension Report {
    /// Where the run took place and what its bits depend on.
    var origin: Markup {
        let record = run.record
        let environment = record.environment
        var machine = [
            ("Processor", environment.cpu), ("Features", environment.cpuFeatures.joined(separator: " ")),
            ("Threads", "\(environment.threads)"), ("Precision", environment.precision),
            ("Memory", environment.memoryBytes > 0 ? Figures.bytes(environment.memoryBytes) : ""),
            ("System", [environment.system, environment.kernel].filter { !$0.isEmpty }.joined(separator: ", ")),
            ("Seed", "\(record.seed)"), ("Started", run.times.started ?? ""),
        ]
        machine += environment.versions.map { ($0.key, $0.value) }
        let hashes = record.hashes.map { ($0.key, $0.value) }
        return section(
            "Where it ran",
            "The same recipe, data and program on the same kind of processor with as many threads give the same bits.",
            """
            <div class="origin">\(definitions(machine, ""))\(definitions(hashes, "hashes"))</div>

            """)
    }

    private func definitions(_ pairs: [(String, String)], _ style: String) -> Markup {
        let items = pairs.filter { !$0.1.isEmpty }.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>\n" as Markup }
        return items.isEmpty ? .empty : "<dl class=\"\(style)\">\n\(items)</dl>\n"
    }
}
