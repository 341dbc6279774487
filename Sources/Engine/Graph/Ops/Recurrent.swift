import Tensors

/// A whole recurrent layer over time: which arithmetic, over how many units, and which operands there are.
///
/// With x the projected and biased input of a step, h the state before it, U the recurrent kernel:
/// - `simple`: h' = activation(x + h·U)
/// - `lstm`: gates i, f, g, o of x + h·U in this order; c' = f·c + i·g, h' = o·activation(c')
/// - `gru`: gates z, r, g in this order; h' = z·h + (1 − z)·g, where g reads (r·h)·U, or r·(h·U + bias) if `resetAfter`.
package struct RecurrentCell: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case simple, lstm
        case gru(resetAfter: Bool)
    }

    package var kind: Kind
    package var units: Int
    /// Nil is the identity.
    package var activation: UnaryFunction?
    /// Of the gates that open and close.
    package var recurrentActivation: UnaryFunction?
    /// Added to h·U; only where a GRU resets after the product.
    package var hasRecurrentBias = false
    /// A step that the mask hides leaves the states alone; its output is the output before it, at first zeros.
    package var hasMask = false
    /// The output of a hidden step is zero.
    package var zeroOutputForMask = false
    /// h is multiplied by the same numbers at every step where it enters a product.
    package var hasRecurrentDropout = false
    /// From the last step to the first. Outputs stand at their step's place all the same.
    package var isBackward = false
    /// Whether the last output is what a gradient reads.
    package var keepsSteps = true

    package init(
        _ kind: Kind, units: Int, activation: UnaryFunction? = .tanh, recurrentActivation: UnaryFunction? = .sigmoid
    ) {
        self.kind = kind
        self.units = units
        self.activation = activation
        self.recurrentActivation = recurrentActivation
    }

    /// Columns of the recurrent kernel, in units.
    package var gates: Int {
        switch kind {
        case .simple: 1
        case .lstm: 4
        case .gru: 3
        }
    }

    /// h, and c of an LSTM.
    package var stateCount: Int { kind == .lstm ? 2 : 1 }

    /// What a step leaves for its gradient, in units: each gate (its value where the gradient of its function goes by
    /// that, else its argument); c' of an LSTM; h·U + bias of a `resetAfter` GRU's last gate.
    package var keptGates: Int {
        switch kind {
        case .simple: 1
        case .lstm: 5
        case .gru(let resetAfter): resetAfter ? 4 : 3
        }
    }

    /// Where the initial states stand among the operation's inputs: after x, the kernel and its bias.
    package var firstState: Int { hasRecurrentBias ? 3 : 2 }
    package var inputCount: Int {
        firstState + stateCount + (hasMask ? 1 : 0) + (hasRecurrentDropout ? 1 : 0)
    }
    package var maskIndex: Int? { hasMask ? firstState + stateCount : nil }
    package var dropoutIndex: Int? { hasRecurrentDropout ? inputCount - 1 : nil }
}

/// The outputs a recurrent layer's gradient node gives, in this order.
package struct RecurrentGradients: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let input = RecurrentGradients(rawValue: 1)
    package static let kernel = RecurrentGradients(rawValue: 2)
    package static let bias = RecurrentGradients(rawValue: 4)
    package static let state = RecurrentGradients(rawValue: 8)
    package static let memory = RecurrentGradients(rawValue: 16)
    package var count: Int { rawValue.nonzeroBitCount }
}

/// The outputs of a recurrent layer that a gradient reached, in this order.
package struct RecurrentArrivals: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let sequence = RecurrentArrivals(rawValue: 1)
    package static let state = RecurrentArrivals(rawValue: 2)
    package static let memory = RecurrentArrivals(rawValue: 4)
    package var count: Int { rawValue.nonzeroBitCount }
}

extension Op {
    func recurrentTypes(_ rule: ShapeRule) throws -> [ValueType] {
        switch self {
        case .recurrent(let cell): return try cell.forwardTypes(rule)
        case .recurrentGradient(let cell, let wants, let arrived):
            return try cell.gradientTypes(rule, wants: wants, arrived: arrived)
        default: preconditionFailure("\(name) is not recurrent")
        }
    }

    func recurrentGradients(_ context: GradientContext) -> [Value?] {
        guard case .recurrent(let cell) = self else { preconditionFailure("\(name) is not recurrent") }
        precondition(cell.keepsSteps, "the steps of \(name) were not kept")
        var result = [Value?](repeating: nil, count: context.inputs.count)
        var places: [(RecurrentGradients, Int)] = [(.input, 0), (.kernel, 1)]
        if cell.hasRecurrentBias { places.append((.bias, 2)) }
        places.append((.state, cell.firstState))
        if cell.stateCount == 2 { places.append((.memory, cell.firstState + 1)) }
        places.removeAll { !context.needs[$0.1] }
        let wants = RecurrentGradients(places.map(\.0))
        var arrived: RecurrentArrivals = []
        if context.outputGradients[0] != nil { arrived.insert(.sequence) }
        if context.outputGradients[1] != nil { arrived.insert(.state) }
        if cell.stateCount == 2, context.outputGradients[2] != nil { arrived.insert(.memory) }
        guard !wants.isEmpty, !arrived.isEmpty else { return result }
        let gradients = context.outputGradients.prefix(1 + cell.stateCount).compactMap { $0 }
        let inputs =
            [context.inputs[1]] + context.inputs[cell.firstState...] + [context.outputs[0], context.outputs.last!]
        let found = context.builder.emitAll(
            .recurrentGradient(cell, wants: wants, arrived: arrived), inputs + gradients)
        for ((_, place), gradient) in zip(places, found) { result[place] = gradient }
        return result
    }
}

extension RecurrentCell {
    private func states(_ batch: Int) -> Shape { [batch, units] }

    /// Checks states, mask and dropout, which start at `first`.
    private func requireOperands(_ rule: ShapeRule, from first: Int, batch: Int, time: Int) throws {
        for index in 0..<stateCount { try rule.requireShape(first + index, states(batch)) }
        if hasMask { try rule.requireShape(first + stateCount, [batch, time]) }
        if hasRecurrentDropout { try rule.requireShape(first + stateCount + (hasMask ? 1 : 0), states(batch)) }
    }

    fileprivate func forwardTypes(_ rule: ShapeRule) throws -> [ValueType] {
        try rule.requireCount(inputCount)
        let x = rule.shape(0)
        try rule.require(x.rank == 3, "the input should be (batch, time, gates · units)")
        try rule.require(x[2] == gates * units, "the input should be \(gates * units) wide")
        try rule.requireShape(1, [units, gates * units])
        if hasRecurrentBias { try rule.requireShape(2, [gates * units]) }
        try rule.require(!hasRecurrentBias || kind == .gru(resetAfter: true), "there is no place for a recurrent bias")
        try requireOperands(rule, from: firstState, batch: x[0], time: x[1])
        return [ValueType([x[0], x[1], units])]
            + Array(repeating: ValueType(states(x[0])), count: stateCount)
            + (keepsSteps ? [ValueType([x[0], x[1], keptGates * units])] : [])
    }

    /// (kernel, states, mask?, dropout?, sequence, kept, those gradients that arrived) → those that `wants` names
    fileprivate func gradientTypes(
        _ rule: ShapeRule, wants: RecurrentGradients, arrived: RecurrentArrivals
    ) throws -> [ValueType] {
        let sequence = inputCount - firstState + 1
        try rule.requireCount(sequence + 2 + arrived.count)
        try rule.require(wants.count > 0 && arrived.count > 0, "no gradient is wanted or none arrives")
        let shape = rule.shape(sequence)
        try rule.require(shape.rank == 3 && shape[2] == units, "the outputs should be (batch, time, units)")
        try rule.requireShape(0, [units, gates * units])
        try requireOperands(rule, from: 1, batch: shape[0], time: shape[1])
        try rule.requireShape(sequence + 1, [shape[0], shape[1], keptGates * units])
        var index = sequence + 2
        if arrived.contains(.sequence) {
            try rule.requireShape(index, shape)
            index += 1
        }
        for rest in index..<rule.inputs.count { try rule.requireShape(rest, states(shape[0])) }
        var types: [ValueType] = []
        if wants.contains(.input) { types.append(ValueType([shape[0], shape[1], gates * units])) }
        if wants.contains(.kernel) { types.append(ValueType([units, gates * units])) }
        if wants.contains(.bias) { types.append(ValueType([gates * units])) }
        let stateGradients = wants.intersection([.state, .memory]).count
        return types + Array(repeating: ValueType(states(shape[0])), count: stateGradients)
    }

    /// Operations of a forward pass over (batch, time), and of a backward one without the kernel's gradient.
    func flops(batch: Int, time: Int) -> Int { batch * time * gates * units * (2 * units + 10) }
}
