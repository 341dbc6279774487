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
            <div class="origin">\(Page.definitions(machine))\(Page.definitions(hashes, "hashes"))</div>

            """)
    }
}
