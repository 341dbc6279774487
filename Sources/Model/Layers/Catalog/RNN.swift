import Graph
import JSON
import Tensors

/// A recurrent layer written as its cell, or as several cells of which each feeds the next at every step. Tensors of one
/// cell stand directly below the layer, those of several below the cells' names.
package struct RNN: RecurrentLayer {
    package static let className = "RNN"

    private struct Cell: Sendable {
        let specification: LayerSpecification
        let unit: RecurrentUnit
    }

    let settings: SequenceSettings
    private let cells: [Cell]
    private let isStacked: Bool
    /// Whether the layer's states are those of the last cell first.
    private let reversesStates: Bool

    package init(_ config: inout LayerConfig) throws {
        guard let json = config.take("cell") else { throw config.error("\"cell\" is missing") }
        let stack = json["class_name"] == "StackedRNNCells" ? json["config"]?["cells"]?.array ?? [] : json.array
        reversesStates = json["config"]?["reverse_state_order"]?.bool ?? false
        isStacked = stack != nil
        var names: Set<String> = []
        cells = try (stack ?? [json]).enumerated().map { index, json in
            var specification = try config.innerSpecification(json, under: "cell")
            if !names.insert(specification.name).inserted { specification.name += "_\(index)" }
            return Cell(specification: specification, unit: try RNN.unit(specification, in: config))
        }
        guard !cells.isEmpty else { throw config.error("it has no cells") }
        settings = try SequenceSettings(&config)
    }

    private static let kinds: [String: RecurrentUnit.Kind] = [
        "SimpleRNNCell": .simple, "LSTMCell": .lstm, "GRUCell": .gru,
    ]

    private static func unit(_ specification: LayerSpecification, in config: LayerConfig) throws -> RecurrentUnit {
        guard let kind = kinds[specification.className] else {
            throw config.error(
                "its cell \"\(specification.className)\" is not known; the known ones are "
                    + (kinds.keys + ["StackedRNNCells"]).sorted().joined(separator: ", "))
        }
        var inner = LayerConfig(specification, generation: config.generation)
        let unit = try RecurrentUnit(&inner, kind)
        try inner.finish()
        return unit
    }

    var stateCount: Int { cells.reduce(0) { $0 + $1.unit.cell.stateCount } }

    func run(
        _ x: Value, from states: [Value]?, mask: Value?, zeroesMasked: Bool, in scope: LayerScope
    ) throws -> RecurrentRun {
        try scope.requireRank(3, x)
        let batch = scope.shape(of: x)[0]
        // The cells in the order in which the layer counts its states.
        let counted = reversesStates ? Array(cells.indices.reversed()) : Array(cells.indices)
        try scope.requireStates(states, counted.flatMap { cells[$0].unit.stateShapes }, batch: batch)
        var given = (states ?? [])[...]
        var first: [Int: [Value]] = [:]
        for index in counted where states != nil {
            let count = cells[index].unit.cell.stateCount
            first[index] = Array(given.prefix(count))
            given = given.dropFirst(count)
        }
        var sequence = x
        var last: [Int: [Value]] = [:]
        for (index, cell) in cells.enumerated() {
            let pass = RecurrentUnit.Pass(
                mask: mask, zeroesMasked: zeroesMasked && index == cells.count - 1,
                isBackward: settings.goesBackwards)
            (sequence, last[index]) = try scope.inside(cell.specification, isNamed: isStacked) { scope in
                let weights = try cell.unit.weights(width: scope.shape(of: sequence)[2], in: scope)
                return try cell.unit(sequence, weights, from: first[index], pass, in: scope)
            }
        }
        let results = counted.flatMap { last[$0] ?? [] }
        let end = settings.goesBackwards ? 0 : scope.shape(of: sequence)[1] - 1
        return RecurrentRun(sequence: sequence, last: scope.builder.step(sequence, end), states: results)
    }
}
