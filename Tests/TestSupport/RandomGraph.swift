import Graph
import Tensors

/// A random training graph: operations over images and vectors that branch and join again, a loss, gradients of some of
/// the parameters, and updates of statistics. Values stay of moderate size, so that single precision can be held to 1e-5.
package struct RandomGraph: Sendable, CustomStringConvertible {
    package let graph: Graph
    /// With a value for every input and parameter.
    package let interpreter: GraphInterpreter
    package let batch: Int
    package let description: String

    /// - Parameter isPadded: whether the last example is padding: it has weight 0 and counts in no statistic.
    package init(seed: Int, operations: Int = 14, isPadded: Bool = false) {
        let maker = RandomGraphMaker(seed: UInt64(seed), isPadded: isPadded)
        for _ in 0..<operations { maker.grow() }
        graph = maker.finish()
        interpreter = maker.interpreter
        batch = maker.batch
        description = "graph \(seed)" + (isPadded ? ", padded" : "")
    }
}

private final class RandomGraphMaker {
    let batch: Int
    var interpreter = GraphInterpreter()
    private let g = GraphBuilder()
    private var random: TestValues
    /// What later operations may read, all (batch, …).
    private var values: [Value] = []
    private var parameters: [(path: ParameterPath, value: Value)] = []
    private var statistics: Set<ParameterPath> = []
    private var updates: [GraphOutput] = []

    init(seed: UInt64, isPadded: Bool) {
        random = TestValues(seed: seed)
        batch = random.integer(in: 2...4)
        interpreter.seed = seed
        interpreter.step = 3
        interpreter.validRows = isPadded ? batch - 1 : batch
        values.append(input("image", [batch, random.integer(in: 4...6), random.integer(in: 4...6), 2]))
        values.append(input("row", [batch, random.integer(in: 3...6)]))
    }

    private func input(_ name: String, _ shape: Shape) -> Value {
        interpreter.inputs[name] = random.normal(shape.count)
        return g.input(name, shape)
    }

    /// A parameter, now and then one that is there already.
    private func parameter(_ shape: Shape, scale: Double = 1, positive: Bool = false) -> Value {
        let known = parameters.filter { g.shape(of: $0.value) == shape && !statistics.contains($0.path) }
        if !positive, !known.isEmpty, random.chance(0.3) { return random.choice(known).value }
        let path = ParameterPath("p\(parameters.count)")
        interpreter.parameters[path] =
            positive ? random.uniform(shape.count, in: 0.5...2) : random.normal(shape.count, scale: scale)
        parameters.append((path, g.parameter(path, shape)))
        return parameters.last!.value
    }

    /// Adds one operation on a value that is there.
    func grow() {
        let x = random.choice(values)
        let shape = g.shape(of: x)
        g.scope = ParameterPath("layer\(g.nodes.count)")
        let isImage = shape.rank == 4
        let choice = random.integer(in: 0...14)
        let result: Value
        switch choice {
        case 0: result = unary(x)
        case 1: result = binary(x)
        case 2, 3: result = isImage ? convolution(x) : linear(x)
        case 4: result = isImage ? pooling(x) : g.emit(.softmax, [x])
        case 5: result = normalization(x)
        case 6: result = g.emit(.dropout(rate: 0.3, substream: g.scope.fingerprint), [x])
        case 7: result = window(x)
        case 8: result = joined(x)
        case 9: result = isImage ? g.emit(.transpose([0, 2, 1, 3]), [x]) : g.emit(.identity, [x])
        case 10: result = isImage ? g.reshape(x, [batch, shape.droppingFirst.count]) : reducedAndRepeated(x)
        case 12: result = selected(x)
        case 13: result = lookedUp(x)
        case 14: result = isImage ? sampled(x) : noisy(x)
        default: result = isImage ? spatiallyReduced(x) : g.scale(x, by: 0.5)
        }
        values.append(result)
    }

    private func unary(_ x: Value) -> Value {
        let tame: [UnaryFunction] = [
            .relu, .relu(maximum: 6), .relu(slope: 0.2), .sigmoid, .tanh, .softplus, .swish, .elu(alpha: 1), .selu,
            .gelu(approximate: false), .gelu(approximate: true), .hardSigmoid(slope: 0.2, shift: 0.5), .softsign,
            .negate, .abs,
        ]
        let bounded: [UnaryFunction] = [.square, .exp, .exponentialMinusOne]
        if random.chance(0.2) { return g.unary(random.choice(bounded), g.unary(.tanh, x)) }
        if random.chance(0.1) { return g.unary(random.choice([.log, .sqrt, .reciprocal]), positive(x)) }
        return g.unary(random.choice(tame), x)
    }

    /// Above 0.5, for what has a pole.
    private func positive(_ x: Value) -> Value { g.add(g.unary(.sigmoid, x), g.constant(0.5)) }

    private func binary(_ x: Value) -> Value {
        let shape = g.shape(of: x)
        let partners = values.filter { g.shape(of: $0) == shape && $0 != x }
        let other = partners.isEmpty || random.chance(0.3) ? parameter([shape[-1]]) : random.choice(partners)
        switch random.integer(in: 0...5) {
        case 0: return g.add(x, other)
        case 1: return g.subtract(x, other)
        case 2: return g.multiply(g.unary(.tanh, x), other)
        case 3: return g.divide(x, positive(other))
        case 4: return g.binary(.maximum, x, other)
        default: return g.binary(.minimum, x, other)
        }
    }

    private func linear(_ x: Value) -> Value {
        let (inner, units) = (g.shape(of: x)[1], random.integer(in: 2...5))
        let kernel = parameter([inner, units], scale: 1 / Double(inner).squareRoot())
        guard random.chance(0.8) else { return g.matmul(x, kernel) }
        return g.emit(.linear(hasBias: true, activation: nil), [x, kernel, parameter([units])])
    }

    private func convolution(_ x: Value) -> Value {
        let shape = g.shape(of: x)
        let groups = shape[3] % 2 == 0 && random.chance(0.4) ? 2 : 1
        let filters = groups * random.integer(in: 1...2)
        let kernel = [min(random.integer(in: 1...3), shape[1]), min(random.integer(in: 1...3), shape[2])]
        let padding = kernel.map { random.integer(in: 0...$0 / 2) }
        let strides = random.integers(2, in: 1...2)
        let output = (0..<2).map { axis -> Int in
            let free = shape[axis + 1] + 2 * padding[axis] - kernel[axis]
            return free / strides[axis] + 1
        }
        let geometry = ConvolutionGeometry(
            batch: batch, input: [shape[1], shape[2]], inputChannels: shape[3], output: output,
            outputChannels: filters, kernel: kernel, strides: strides, dilations: [1, 1], paddingBefore: padding,
            paddingAfter: padding, groups: groups)
        let fan = geometry.kernelShape.count / filters
        let weights = parameter(geometry.kernelShape, scale: 1 / Double(fan).squareRoot())
        let hasBias = random.chance(0.6)
        return g.emit(
            .convolution(geometry, hasBias: hasBias, activation: nil),
            [x, weights] + (hasBias ? [parameter([filters])] : []))
    }

    private func pooling(_ x: Value) -> Value {
        let shape = g.shape(of: x)
        let mode = random.choice([PoolingMode.maximum, .average])
        let window = [min(2, shape[1]), min(2, shape[2])]
        let strides = random.integers(2, in: 1...2)
        let output = (0..<2).map { (shape[$0 + 1] - window[$0]) / strides[$0] + 1 }
        let geometry = PoolingGeometry(
            batch: batch, input: [shape[1], shape[2]], output: output, channels: shape[3], window: window,
            strides: strides, paddingBefore: [0, 0], paddingAfter: [0, 0])
        return g.emit(.pooling(mode, geometry, keepsIndices: mode == .maximum), [x])
    }

    private func normalization(_ x: Value) -> Value {
        let channels: Shape = [g.shape(of: x)[-1]]
        let attributes = BatchNormAttributes(epsilon: 0.1, hasScale: random.chance(0.7), hasOffset: random.chance(0.7))
        let affine = (0..<attributes.affineCount).map { _ in parameter(channels) }
        let mean = parameter(channels, positive: true)
        let meanPath = parameters.last!.path
        let variance = parameter(channels, positive: true)
        let variancePath = parameters.last!.path
        statistics.formUnion([meanPath, variancePath])
        if random.chance(0.5) {
            return g.emit(.batchNormInference(attributes, activation: nil), [x] + affine + [mean, variance])
        }
        let outputs = g.emitAll(.batchNormTraining(attributes), [x] + affine)
        for (path, old, new) in [(meanPath, mean, outputs[1]), (variancePath, variance, outputs[2])] {
            let moved = g.add(g.scale(old, by: 0.75), g.scale(new, by: 0.25))
            updates.append(GraphOutput(.update(path), moved))
        }
        return outputs[0]
    }

    private func window(_ x: Value) -> Value {
        let shape = g.shape(of: x)
        if random.chance(0.5), shape.count < 400 {
            let before = (0..<shape.rank).map { $0 == 0 ? 0 : random.integer(in: 0...1) }
            let after = (0..<shape.rank).map { $0 == 0 ? 0 : random.integer(in: 0...1) }
            let interior = (0..<shape.rank).map { $0 == 0 || random.chance(0.8) ? 0 : 1 }
            return g.emit(.pad(before: before, after: after, interior: interior), [x])
        }
        let starts = (0..<shape.rank).map { $0 == 0 || shape[$0] < 2 ? 0 : random.integer(in: 0...1) }
        let strides = (0..<shape.rank).map { $0 == 0 || random.chance(0.7) ? 1 : 2 }
        let sizes = (0..<shape.rank).map { (shape[$0] - starts[$0] + strides[$0] - 1) / strides[$0] }
        return g.slice(x, starts: starts, sizes: sizes, strides: strides)
    }

    /// `x` where a comparison with a parameter holds, else a bounded value of it, backwards along its last axis.
    private func selected(_ x: Value) -> Value {
        let shape = g.shape(of: x)
        let limit = parameter([shape[-1]])
        let condition = g.binary(random.choice([.greater, .greaterOrEqual]), x, limit)
        let other = g.reverse(g.unary(.tanh, x), axes: [-1])
        return g.select(condition, x, random.chance(0.5) ? other : g.constant(0.3))
    }

    /// A column of a table per example, times `x`.
    private func lookedUp(_ x: Value) -> Value {
        let width = g.shape(of: x)[-1]
        let rows = random.integer(in: 2...5)
        let indices = random.integers(batch, in: 0...rows - 1).map { Float($0) }
        let found = g.gather(parameter([rows, width]), g.table(indices, [batch]))
        let lead = [Int](repeating: 1, count: g.shape(of: x).rank - 2)
        return g.multiply(g.unary(.tanh, x), g.reshape(found, Shape([batch] + lead + [width])))
    }

    private func noisy(_ x: Value) -> Value {
        let noise = g.random(random.choice([.uniform, .normal]), g.shape(of: x), substream: g.scope.fingerprint)
        let base = g.add(g.unary(.sigmoid, x), g.constant(0.5))
        return g.add(g.binary(.power, base, g.constant(1.5)), g.scale(noise, by: 0.25))
    }

    private func sampled(_ x: Value) -> Value {
        let shape = g.shape(of: x)
        let sampling = AffineSampling(
            height: shape[1], width: shape[2], interpolation: random.choice([.nearest, .bilinear]),
            fill: random.choice([.constant(0.5), .nearest, .reflect, .wrap]))
        let maps = (0..<batch).flatMap { _ -> [Float] in
            let moves = random.uniform(6, in: -0.4...0.4).map { Float($0) }
            return [1 + moves[0], moves[1], moves[2], moves[3], 1 + moves[4], moves[5], 0, 0]
        }
        return g.emit(.affineSample(sampling), [x, g.table(maps, [batch, 8])])
    }

    private func joined(_ x: Value) -> Value {
        let shape = g.shape(of: x)
        guard shape.count < 400 else { return g.scale(x, by: -1) }
        let partners = values.filter { g.shape(of: $0).dimensions.dropLast() == shape.dimensions.dropLast() }
        return g.emit(.concatenate(axis: shape.rank - 1), [x, random.choice(partners)])
    }

    private func reducedAndRepeated(_ x: Value) -> Value {
        let reduced = g.emit(.reduce(random.choice([.sum, .mean, .maximum]), axes: [1]), [x])
        return g.emit(.expand(shape: g.shape(of: x), axes: [1], scale: 0.25), [reduced])
    }

    private func spatiallyReduced(_ x: Value) -> Value {
        g.emit(.reduce(random.choice([.mean, .maximum]), axes: [1, 2]), [x])
    }

    /// The loss of every example for one value, (batch,).
    private func losses(_ x: Value, _ index: Int) -> Value {
        let shape = g.shape(of: x)
        guard shape.rank == 2, shape[1] >= 2 else {
            return g.mean(g.unary(.square, g.unary(.tanh, x)), axes: Array(1..<shape.rank))
        }
        switch random.integer(in: 0...2) {
        case 0:
            let target = g.input("target\(index)", [batch])
            interpreter.inputs["target\(index)"] = random.integers(batch, in: 0...shape[1] - 1).map(Double.init)
            return g.emit(.sparseCrossEntropy(labelSmoothing: 0.1), [x, target])
        case 1:
            let target = input("target\(index)", shape)
            return g.emit(.categoricalCrossEntropy(labelSmoothing: 0), [x, g.emit(.softmax, [target])])
        default:
            let target = input("target\(index)", shape)
            return g.mean(g.emit(.binaryCrossEntropy, [x, g.unary(.sigmoid, target)]), axes: [1])
        }
    }

    func finish() -> Graph {
        g.scope = "loss"
        let weights = g.input("weights", [batch])
        interpreter.inputs["weights"] = (0..<batch).map { $0 < interpreter.validRows! ? 1 : 0 }
        let ends = Array(values.suffix(3))
        var total = g.constant(0, [batch])
        for (index, end) in ends.enumerated() { total = g.add(total, losses(end, index)) }
        var loss = g.divide(g.sumAll(g.multiply(total, weights)), g.sumAll(weights))
        let trainable = parameters.filter { !statistics.contains($0.path) && random.chance(0.75) }
        for parameter in trainable where random.chance(0.2) {
            loss = g.add(loss, g.scale(g.sumAll(g.unary(.square, parameter.value)), by: 0.01))
        }
        let gradients = g.gradients(of: loss, withRespectTo: trainable.map(\.value))
        let gradientOutputs = zip(trainable, gradients).compactMap { parameter, gradient in
            gradient.map { GraphOutput(.gradient(parameter.path), $0) }
        }
        let results = ends.enumerated().map { GraphOutput(.result("r\($0.offset)"), $0.element) }
        return g.build(outputs: [GraphOutput(.result("loss"), loss)] + results + gradientOutputs + updates)
    }
}
