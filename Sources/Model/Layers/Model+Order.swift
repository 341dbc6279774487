extension Model {
    /// The entries' calls in an order in which they can run: that of rounds through the file, each taking every call
    /// whose inputs are there by then.
    ///
    /// - Throws: `ModelError` for a cycle.
    package func callOrder() throws -> [(entry: Entry, call: Int)] {
        var calls: [(entry: Entry, call: Int)] = []
        var places: [TensorReference: Int] = [:]
        for entry in entries.values {
            if case .input = entry.content { continue }
            for call in entry.calls.indices {
                places[TensorReference(layer: entry.name, call: call)] = calls.count
                calls.append((entry, call))
            }
        }
        /// Per call, the calls it reads; what is not among them is an input of the model, which is always there.
        let sources = calls.map { entry, call in
            entry.calls[call].inputs.compactMap { places[TensorReference(layer: $0.layer, call: $0.call)] }
        }
        let rounds = Model.rounds(sources)
        let waiting = calls.indices.filter { rounds[$0] == nil }
        guard waiting.isEmpty else {
            let names = waiting.prefix(5).map { "\"\(calls[$0].entry.name)\"" }.joined(separator: ", ")
            throw ModelError("model \"\(name)\": the layers \(names) are connected in a circle")
        }
        return calls.indices.sorted { (rounds[$0]!, $0) < (rounds[$1]!, $1) }.map { calls[$0] }
    }

    /// The round in which each call runs, nil for those that never can: a source further down the file is there one round
    /// later.
    private static func rounds(_ sources: [[Int]]) -> [Int?] {
        var users = [[Int]](repeating: [], count: sources.count)
        for (call, sources) in sources.enumerated() { for source in sources { users[source].append(call) } }
        var missing = sources.map(\.count)
        var rounds = [Int](repeating: 0, count: sources.count)
        var ready = sources.indices.filter { missing[$0] == 0 }
        while let call = ready.popLast() {
            for user in users[call] {
                rounds[user] = max(rounds[user], rounds[call] + (call < user ? 0 : 1))
                missing[user] -= 1
                if missing[user] == 0 { ready.append(user) }
            }
        }
        return sources.indices.map { missing[$0] == 0 ? rounds[$0] : nil }
    }
}
