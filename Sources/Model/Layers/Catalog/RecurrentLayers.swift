import Graph
import Tensors

/// Layers of one `RecurrentUnit`.
protocol UnitLayer: RecurrentLayer {
    var unit: RecurrentUnit { get }
    func weights(width: Int, in scope: LayerScope) throws -> RecurrentUnit.Weights
}

extension UnitLayer {
    var stateCount: Int { unit.cell.stateCount }

    func weights(width: Int, in scope: LayerScope) throws -> RecurrentUnit.Weights {
        try unit.weights(width: width, in: scope)
    }

    func run(
        _ x: Value, from states: [Value]?, mask: Value?, zeroesMasked: Bool, in scope: LayerScope
    ) throws -> RecurrentRun {
        try scope.requireRank(3, x)
        let shape = scope.shape(of: x)
        try scope.requireStates(states, unit.stateShapes, batch: shape[0])
        let pass = RecurrentUnit.Pass(
            mask: mask, zeroesMasked: zeroesMasked, isBackward: settings.goesBackwards)
        let (sequence, last) = try unit(x, try weights(width: shape[2], in: scope), from: states, pass, in: scope)
        return RecurrentRun(sequence, states: last, mask: mask, settings, in: scope.builder)
    }
}

extension RecurrentRun {
    /// The last output is the first state, unless a mask hid all steps or is answered by zeros.
    init(_ sequence: Value, states: [Value], mask: Value?, _ settings: SequenceSettings, in g: GraphBuilder) {
        let end = settings.goesBackwards ? 0 : g.shape(of: sequence)[1] - 1
        let last = mask == nil ? states[0] : g.step(sequence, end)
        self.init(sequence: sequence, last: last, states: states)
    }
}

/// h' = activation(x·kernel + h·recurrent_kernel + bias)
package struct SimpleRNN: UnitLayer {
    package static let className = "SimpleRNN"
    let settings: SequenceSettings
    let unit: RecurrentUnit
    package init(_ config: inout LayerConfig) throws {
        unit = try RecurrentUnit(&config, .simple)
        settings = try SequenceSettings(&config)
    }
}

/// Long short-term memory, of two states: h and c.
package struct LSTM: UnitLayer {
    package static let className = "LSTM"
    let settings: SequenceSettings
    let unit: RecurrentUnit
    package init(_ config: inout LayerConfig) throws {
        unit = try RecurrentUnit(&config, .lstm)
        settings = try SequenceSettings(&config)
    }
}

/// Gated recurrent unit, in both readings of its reset gate (`reset_after`).
package struct GRU: UnitLayer {
    package static let className = "GRU"
    let settings: SequenceSettings
    let unit: RecurrentUnit
    package init(_ config: inout LayerConfig) throws {
        unit = try RecurrentUnit(&config, .gru)
        settings = try SequenceSettings(&config)
    }
}
