/// Labels numbered under a rule.
struct NumberedLabels {
    /// Per row of the source; −1 for rows that are left out.
    var labels: [Int32]
    var names: [String]
    /// The rows that stay, or nil where all do.
    var rows: [Int]?
}

extension ClassRule {
    /// The largest label that can be a class number where classes are not listed.
    static let maximumLabel = 65_535

    /// Numbers labels that are whole numbers; `source` is how messages call the source.
    func number(_ values: [Int], source: String) throws -> NumberedLabels {
        guard !values.isEmpty else { throw ClassError.none(source: source) }
        guard let list = try list(source: source) else { return try identity(values, source: source) }
        return try assign(values, list, key: { Int($0) }, source: source) { "example \($0)" }
    }

    /// Numbers labels that are text; `example` is how messages call a row.
    func number(_ values: [String], source: String, example: (Int) -> String) throws -> NumberedLabels {
        guard !values.isEmpty else { throw ClassError.none(source: source) }
        let list = try list(source: source) ?? (ClassRule.sorted(Set(values)), false)
        return try assign(values, list, key: { $0 }, source: source, example: example)
    }

    /// Text by its bytes, whole numbers by their value.
    static func sorted(_ names: Set<String>) -> [String] {
        let byBytes = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numbers = byBytes.compactMap { Int($0) }
        guard numbers.count == names.count else { return byBytes }
        return zip(numbers, byBytes).sorted { $0.0 < $1.0 }.map(\.1)
    }

    private func list(source: String) throws -> (names: [String], selects: Bool)? {
        let list: (names: [String], selects: Bool)
        switch self {
        case .all: return nil
        case .select(let names): list = (names, true)
        case .known(let names): list = (names, false)
        }
        var seen: Set<String> = []
        for name in list.names where !seen.insert(name).inserted {
            throw ClassError.repeated(source: source, name: name)
        }
        return list
    }

    private func identity(_ values: [Int], source: String) throws -> NumberedLabels {
        var largest = 0
        for (row, value) in values.enumerated() {
            guard value >= 0 else { throw ClassError.negative(source: source, example: "example \(row)", label: value) }
            guard value <= ClassRule.maximumLabel else {
                throw ClassError.tooMany(source: source, example: "example \(row)", label: value)
            }
            largest = max(largest, value)
        }
        return NumberedLabels(labels: values.map(Int32.init), names: (0...largest).map(String.init), rows: nil)
    }

    private func assign<Label: Hashable & CustomStringConvertible>(
        _ values: [Label], _ list: (names: [String], selects: Bool), key: (String) -> Label?, source: String,
        example: (Int) -> String
    ) throws -> NumberedLabels {
        var numbers: [Label: Int32] = [:]
        for (number, name) in list.names.enumerated() {
            if let label = key(name) { numbers[label] = Int32(number) }
        }
        let labels = values.map { numbers[$0] ?? -1 }
        guard list.selects else {
            if let row = labels.firstIndex(of: -1) {
                throw ClassError.unknown(
                    source: source, example: example(row), label: values[row].description, classes: list.names)
            }
            return NumberedLabels(labels: labels, names: list.names, rows: nil)
        }
        let occurring = Set(labels)
        let missing = list.names.indices.filter { !occurring.contains(Int32($0)) }
        guard missing.isEmpty else {
            throw ClassError.missing(
                source: source, classes: missing.map { list.names[$0] },
                present: ClassRule.sorted(Set(values.map(\.description))))
        }
        let rows = labels.indices.filter { labels[$0] >= 0 }
        return NumberedLabels(labels: labels, names: list.names, rows: rows.count == labels.count ? nil : rows)
    }
}
