import Graph
import JSON
import Tensors

/// An LSTM whose products are convolutions: kernel (spatial…, in, 4 · filters), recurrent_kernel (spatial…, filters,
/// 4 · filters), bias (4 · filters,), gates i, f, c, o. It stands in the graph step by step.
package struct ConvLSTM<Rank: SpatialRank>: RecurrentLayer {
    package static var className: String { "ConvLSTM\(Rank.count)D" }
    let settings: SequenceSettings
    private let filters: Int
    private let geometry: ConvolutionSettings
    private let activation: Activation
    private let recurrentActivation: Activation
    private let weights: WeightSettings
    private let recurrentInitializer: Initializer
    private let recurrentRegularizer: Regularizer?
    private let forgets: Bool
    private let dropout: Float
    private let recurrentDropout: Float

    package init(_ config: inout LayerConfig) throws {
        filters = try config.int("filters")
        geometry = try ConvolutionSettings(&config, rank: Rank.count)
        let gate: UnaryFunction = config.generation == .keras3 ? .sigmoid : .hardSigmoid(slope: 0.2, shift: 0.5)
        activation = config.has("activation") ? try config.activation() : .unary(.tanh)
        recurrentActivation =
            config.has("recurrent_activation") ? try config.activation("recurrent_activation") : .unary(gate)
        weights = try WeightSettings(&config)
        recurrentInitializer = try config.initializer("recurrent_initializer", default: .orthogonal(gain: 1))
        recurrentRegularizer = try config.regularizer("recurrent_regularizer")
        forgets = try config.bool("unit_forget_bias", default: true)
        dropout = try config.float("dropout", default: 0, in: 0...1)
        recurrentDropout = try config.float("recurrent_dropout", default: 0, in: 0...1)
        settings = try SequenceSettings(&config)
        for key in ["seed", "implementation", "groups"] { _ = config.take(key) }
    }

    var stateCount: Int { 2 }

    func run(
        _ x: Value, from states: [Value]?, mask: Value?, zeroesMasked: Bool, in scope: LayerScope
    ) throws -> RecurrentRun {
        try scope.requireRank(Rank.count + 3, x)
        let (g, shape) = (scope.builder, scope.shape(of: x))
        let (batch, time) = (shape[0], shape[1])
        let projected = try project(x, batch: batch, time: time, in: scope)
        let place = Array(scope.shape(of: projected).dimensions.dropFirst(2).dropLast())
        let state = Shape([batch] + place + [filters])
        let first = states?.map { geometry.order.toLast($0, in: scope) }
        try scope.requireStates(first, [state.droppingFirst, state.droppingFirst], batch: batch)
        let step = try Step(self, state: state, in: scope)
        var unrolled = Unrolled(
            states: first ?? [g.constant(0, state), g.constant(0, state)], time: time, mask: mask,
            zeroesMasked: zeroesMasked, isBackward: settings.goesBackwards)
        try unrolled.run(in: g) { time, states in try step(g.step(projected, time), states, in: scope) }
        let outputs = unrolled.outputs.map { geometry.order.fromLast($0, in: scope) }
        let one = scope.shape(of: outputs[0])
        let sequence = g.concatenate(
            outputs.map { g.reshape($0, Shape([batch, 1] + one.dimensions.dropFirst())) }, axis: 1)
        return RecurrentRun(
            sequence: sequence, last: settings.goesBackwards ? outputs[0] : outputs[time - 1],
            states: unrolled.states.map { geometry.order.fromLast($0, in: scope) })
    }

    /// (batch, time, …) → (batch, time, spatial…, 4 · filters), channels last.
    private func project(_ x: Value, batch: Int, time: Int, in scope: LayerScope) throws -> Value {
        let g = scope.builder
        let shape = scope.shape(of: x)
        let frame = shape.dimensions.dropFirst(2)
        var input = x
        if let mask = scope.dropoutMask(Shape([batch, 1] + frame), rate: dropout, "dropout") {
            input = g.multiply(x, mask)
        }
        let frames = geometry.order.toLast(g.reshape(input, Shape([batch * time] + frame)), in: scope)
        let columns = try scope.product(channels: filters, multiplier: 4)
        let convolution = try geometry.geometry(of: scope.shape(of: frames), filters: columns, groups: 1, in: scope)
        let kernel = try weights.kernel("kernel", convolution.kernelShape, in: scope)
        // Declared between the two, as Keras does, though it is used later.
        _ = try recurrentKernel(in: scope)
        let bias =
            weights.usesBias
            ? try scope.parameter(
                "bias", [columns], role: .bias,
                initializer: forgets
                    ? weights.biasInitializer.forgettingNothing(units: filters) : weights.biasInitializer,
                regularizer: weights.biasRegularizer) : nil
        let y = g.convolution(frames, kernel, bias, convolution)
        return g.reshape(y, Shape([batch, time] + scope.shape(of: y).dimensions.dropFirst()))
    }

    /// (spatial…, filters, 4 · filters)
    private func recurrentKernel(in scope: LayerScope) throws -> Value {
        try scope.parameter(
            "recurrent_kernel", Shape(geometry.kernelSize + [filters, 4 * filters]), role: .kernel,
            initializer: recurrentInitializer, regularizer: recurrentRegularizer)
    }

    /// What happens at every step.
    private struct Step {
        let layer: ConvLSTM
        let convolution: ConvolutionGeometry
        let kernel: Value
        let dropout: Value?

        init(_ layer: ConvLSTM, state: Shape, in scope: LayerScope) throws {
            self.layer = layer
            let ones = Array(repeating: 1, count: Rank.count)
            let size = layer.geometry.kernelSize
            let padding = try SpatialPadding.same.resolve(
                input: state.spatial, window: size, strides: ones, dilations: ones, in: scope)
            convolution = ConvolutionGeometry(
                batch: state[0], input: state.spatial, inputChannels: layer.filters, output: state.spatial,
                outputChannels: 4 * layer.filters, kernel: size, strides: ones, dilations: ones,
                paddingBefore: padding.before, paddingAfter: padding.after, groups: 1)
            kernel = try layer.recurrentKernel(in: scope)
            dropout = scope.dropoutMask(state, rate: layer.recurrentDropout, "recurrent_dropout")
        }

        func callAsFunction(_ x: Value, _ states: [Value], in scope: LayerScope) throws -> [Value] {
            let g = scope.builder
            let entering = dropout.map { g.multiply(states[0], $0) } ?? states[0]
            let z = g.add(x, g.convolution(entering, kernel, nil, convolution))
            func gate(_ index: Int, _ function: Activation) -> Value {
                function(g.slice(z, axis: -1, from: index * layer.filters, count: layer.filters), in: scope)
            }
            let written = g.multiply(gate(0, layer.recurrentActivation), gate(2, layer.activation))
            let c = g.add(g.multiply(gate(1, layer.recurrentActivation), states[1]), written)
            return [g.multiply(gate(3, layer.recurrentActivation), layer.activation(c, in: scope)), c]
        }
    }
}

/// A recurrence written down step by step; the first state is the output.
private struct Unrolled {
    private(set) var states: [Value]
    /// At their steps' places.
    private(set) var outputs: [Value] = []
    private let time: Int
    private let mask: Value?
    private let zeroesMasked: Bool
    private let isBackward: Bool

    init(states: [Value], time: Int, mask: Value?, zeroesMasked: Bool, isBackward: Bool) {
        self.states = states
        self.time = time
        self.mask = mask
        self.zeroesMasked = zeroesMasked
        self.isBackward = isBackward
    }

    mutating func run(in g: GraphBuilder, _ step: (Int, [Value]) throws -> [Value]) rethrows {
        var previous: Value?
        for order in 0..<time {
            let place = isBackward ? time - 1 - order : order
            let next = try step(place, states)
            var output = next[0]
            if let mask {
                let shape = g.shape(of: output)
                let one = Shape([shape[0]] + Array(repeating: 1, count: shape.rank - 1))
                let counts = g.reshape(g.slice(mask, axis: 1, from: place, count: 1), one)
                let instead = (zeroesMasked ? nil : previous) ?? g.constant(0, shape)
                output = g.select(counts, output, instead)
                states = zip(next, states).map { g.select(counts, $0, $1) }
            } else {
                states = next
            }
            previous = output
            outputs.append(output)
        }
        if isBackward { outputs.reverse() }
    }
}
