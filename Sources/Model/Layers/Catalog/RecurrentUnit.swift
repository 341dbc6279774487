import Graph
import JSON
import Tensors

/// What Keras calls a cell, over a whole sequence: kernel (in, gates · units), recurrent_kernel (units, gates · units) and
/// bias (gates · units), (2, gates · units) of a GRU that resets after the product. Gates stand as Keras has them:
/// i, f, c, o of an LSTM; z, r, h of a GRU.
struct RecurrentUnit: Sendable {
    enum Kind: String { case simple = "SimpleRNN", lstm = "LSTM", gru = "GRU" }

    /// Of a sequence as the unit sees it.
    struct Pass {
        /// (batch, time)
        var mask: Value?
        /// Outputs of masked steps are zero, not those before them.
        var zeroesMasked = false
        var isBackward = false
    }

    let cell: RecurrentCell
    let usesBias: Bool
    let kernelInitializer: Initializer
    let recurrentInitializer: Initializer
    let biasInitializer: Initializer
    let kernelRegularizer: Regularizer?
    let recurrentRegularizer: Regularizer?
    let biasRegularizer: Regularizer?
    let dropout: Float
    let recurrentDropout: Float

    init(_ config: inout LayerConfig, _ kind: Kind) throws {
        let units = try config.int("units")
        let activation = try config.recurrentFunction("activation", default: .tanh)
        // Keras 1 had no other; from 2.1 on, files name it.
        let gate: UnaryFunction = config.generation == .keras1 ? .hardSigmoid(slope: 0.2, shift: 0.5) : .sigmoid
        let recurrent = kind == .simple ? nil : try config.recurrentFunction("recurrent_activation", default: gate)
        let family: RecurrentCell.Kind =
            switch kind {
            case .simple: .simple
            case .lstm: .lstm
            case .gru: .gru(resetAfter: try config.bool("reset_after", default: config.generation == .keras3))
            }
        let forgets = kind == .lstm ? try config.bool("unit_forget_bias", default: true) : false
        try self.init(
            RecurrentCell(family, units: units, activation: activation, recurrentActivation: recurrent),
            forgets: forgets, &config)
        // Ways to compute the same.
        _ = config.take("implementation")
    }

    /// - Parameter forgets: whether a fresh LSTM begins by forgetting nothing: the bias of that gate is 1.
    init(_ cell: RecurrentCell, forgets: Bool, _ config: inout LayerConfig) throws {
        var cell = cell
        usesBias = try config.bool("use_bias", default: true)
        cell.hasRecurrentBias = usesBias && cell.kind == .gru(resetAfter: true)
        self.cell = cell
        kernelInitializer = try config.initializer("kernel_initializer", default: .glorotUniform)
        recurrentInitializer = try config.initializer("recurrent_initializer", default: .orthogonal(gain: 1))
        let bias = try config.initializer("bias_initializer", default: .zeros)
        biasInitializer = forgets ? bias.forgettingNothing(units: cell.units) : bias
        kernelRegularizer = try config.regularizer("kernel_regularizer")
        recurrentRegularizer = try config.regularizer("recurrent_regularizer")
        biasRegularizer = try config.regularizer("bias_regularizer")
        dropout = try config.float("dropout", default: 0, in: 0...1)
        recurrentDropout = try config.float("recurrent_dropout", default: 0, in: 0...1)
        _ = config.take("seed")
    }

    /// The shapes of the states of one example.
    var stateShapes: [Shape] { Array(repeating: [cell.units], count: cell.stateCount) }

    /// The tensors as the arithmetic takes them.
    struct Weights {
        var kernel: Value
        var recurrent: Value
        var bias: Value?
        var recurrentBias: Value?
    }

    func weights(width: Int, in scope: LayerScope) throws -> Weights {
        let columns = cell.gates * cell.units
        let g = scope.builder
        let kernel = try kernels(width: width, in: scope)
        var weights = Weights(kernel: kernel.0, recurrent: kernel.1)
        guard usesBias else { return weights }
        let shape: Shape = cell.hasRecurrentBias ? [2, columns] : [columns]
        let bias = try scope.parameter(
            "bias", shape, role: .bias, initializer: biasInitializer, regularizer: biasRegularizer)
        guard cell.hasRecurrentBias else {
            weights.bias = bias
            return weights
        }
        weights.bias = g.reshape(g.slice(bias, axis: 0, from: 0, count: 1), [columns])
        weights.recurrentBias = g.reshape(g.slice(bias, axis: 0, from: 1, count: 1), [columns])
        return weights
    }

    /// The two kernels as they are stored.
    func kernels(width: Int, in scope: LayerScope) throws -> (Value, Value) {
        let columns = cell.gates * cell.units
        let kernel = try scope.parameter(
            "kernel", [width, columns], role: .kernel, initializer: kernelInitializer, regularizer: kernelRegularizer)
        let recurrent = try scope.parameter(
            "recurrent_kernel", [cell.units, columns], role: .kernel, initializer: recurrentInitializer,
            regularizer: recurrentRegularizer)
        return (kernel, recurrent)
    }

    /// (batch, time, in) → outputs (batch, time, units) at their steps' places, and the states after the last step.
    ///
    /// - Parameter states: (batch, units) each; zeros where nil.
    func callAsFunction(
        _ x: Value, _ weights: Weights, from states: [Value]?, _ pass: Pass, in scope: LayerScope
    ) throws -> (sequence: Value, states: [Value]) {
        let (g, shape) = (scope.builder, scope.shape(of: x))
        let (batch, time, columns) = (shape[0], shape[1], cell.gates * cell.units)
        try scope.requireAddressable([batch, time, columns])
        var cell = cell
        var input = x
        if let mask = scope.dropoutMask([batch, 1, shape[2]], rate: dropout, "dropout") {
            input = g.multiply(x, mask)
        }
        let projected = g.emit(
            .linear(hasBias: weights.bias != nil, activation: nil),
            [g.reshape(input, [batch * time, shape[2]]), weights.kernel] + (weights.bias.map { [$0] } ?? []))
        var operands = [g.reshape(projected, [batch, time, columns]), weights.recurrent]
        if let bias = weights.recurrentBias { operands.append(bias) }
        let zeros = g.constant(0, [batch, cell.units])
        operands += states ?? Array(repeating: zeros, count: cell.stateCount)
        cell.hasMask = pass.mask != nil
        if let mask = pass.mask { operands.append(mask) }
        let kept = scope.dropoutMask([batch, cell.units], rate: recurrentDropout, "recurrent_dropout")
        cell.hasRecurrentDropout = kept != nil
        if let kept { operands.append(kept) }
        (cell.zeroOutputForMask, cell.isBackward) = (pass.zeroesMasked, pass.isBackward)
        let outputs = g.emitAll(.recurrent(cell), operands)
        return (outputs[0], Array(outputs[1...cell.stateCount]))
    }
}

extension LayerConfig {
    /// A function of single elements, or none, inside a recurrent layer.
    mutating func recurrentFunction(_ key: String, default standard: UnaryFunction) throws -> UnaryFunction? {
        guard has(key) else { return standard }
        switch try activation(key) {
        case .linear: return nil
        case .unary(let function): return function
        default: throw error("\"\(key)\" should be a function of single elements, which softmax and its like are not")
        }
    }
}

extension LayerScope {
    /// What zeroes a share `rate` of a tensor while training and scales up the rest, the same at every step; nil
    /// otherwise.
    func dropoutMask(_ shape: Shape, rate: Float, _ name: String) -> Value? {
        guard options.isTraining, rate > 0 else { return nil }
        let substream = path.appending(name).fingerprint
        return builder.emit(.dropout(rate: rate, substream: substream), [builder.constant(1, shape)])
    }
}
