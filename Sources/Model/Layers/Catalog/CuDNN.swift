import Graph
import Tensors

/// Keras' layers around cuDNN, whose tensors stay as they are stored: per gate, kernel (in, units) holds the bytes of
/// a (units, in) matrix, recurrent_kernel (units, units) is transposed, and there are two biases one behind the other,
/// of the input and of the state.
protocol CuDNNLayer: UnitLayer {}

extension CuDNNLayer {
    func weights(width: Int, in scope: LayerScope) throws -> RecurrentUnit.Weights {
        let (g, cell) = (scope.builder, unit.cell)
        let (u, columns) = (cell.units, cell.gates * cell.units)
        let (kernel, recurrent) = try unit.kernels(width: width, in: scope)
        func gates(_ x: Value, _ convert: (Value) -> Value) -> Value {
            let parts = (0..<cell.gates).map { convert(g.slice(x, axis: 1, from: $0 * u, count: u)) }
            return g.concatenate(parts, axis: 1)
        }
        let bias = try scope.parameter(
            "bias", [2 * columns], role: .bias, initializer: unit.biasInitializer, regularizer: unit.biasRegularizer)
        let (first, second) = (
            g.slice(bias, axis: 0, from: 0, count: columns), g.slice(bias, axis: 0, from: columns, count: columns)
        )
        let plain = RecurrentUnit.Weights(
            kernel: gates(kernel) { g.transpose(g.reshape($0, [u, width]), [1, 0]) },
            recurrent: gates(recurrent) { g.transpose($0, [1, 0]) })
        var weights = plain
        (weights.bias, weights.recurrentBias) =
            cell.hasRecurrentBias ? (first, second) : (g.add(first, second), nil)
        return weights
    }
}

/// An LSTM of tanh and sigmoid in cuDNN's layout; bias (8 · units).
package struct CuDNNLSTM: CuDNNLayer {
    package static let className = "CuDNNLSTM"
    let settings: SequenceSettings
    let unit: RecurrentUnit
    package init(_ config: inout LayerConfig) throws {
        let cell = RecurrentCell(.lstm, units: try config.int("units"))
        let forgets = try config.bool("unit_forget_bias", default: true)
        unit = try RecurrentUnit(cuDNN: cell, forgets: forgets, &config)
        settings = try SequenceSettings(&config)
    }
}

/// A GRU of tanh and sigmoid that resets after the product, in cuDNN's layout; bias (6 · units).
package struct CuDNNGRU: CuDNNLayer {
    package static let className = "CuDNNGRU"
    let settings: SequenceSettings
    let unit: RecurrentUnit
    package init(_ config: inout LayerConfig) throws {
        let cell = RecurrentCell(.gru(resetAfter: true), units: try config.int("units"))
        unit = try RecurrentUnit(cuDNN: cell, forgets: false, &config)
        settings = try SequenceSettings(&config)
    }
}

extension RecurrentUnit {
    /// Of the settings that cuDNN leaves no choice in, only the value it has.
    fileprivate init(cuDNN cell: RecurrentCell, forgets: Bool, _ config: inout LayerConfig) throws {
        try config.require("activation", toBe: "tanh")
        try config.require("recurrent_activation", toBe: "sigmoid")
        try config.require("reset_after", toBe: true)
        try config.require("use_bias", toBe: true)
        for key in ["dropout", "recurrent_dropout"] { try config.require(key, toBe: 0) }
        _ = config.take("implementation")
        try self.init(cell, forgets: forgets, &config)
    }
}
