import Glibc
import Graph
import Kernels
import TestSupport
import Tensors
import Testing

/// Kernels of bfloat16 give what those of float32 give for the same numbers, rounded once.
@Suite(.serialized) struct BFloat16Tests {
    /// Arrays of bfloat16 as kernels take them.
    private func narrowed(_ values: [Float]) -> [UInt16] { values.map(BFloat16.bits) }
    private func widened(_ values: [UInt16]) -> [Float] { values.map(BFloat16.value) }

    private func pointer(_ values: UnsafePointer<UInt16>) -> FloatInput {
        UnsafeRawPointer(values).assumingMemoryBound(to: Float.self)
    }

    /// What `body` writes for operands of bfloat16, `count` numbers, on one thread and on two.
    private func half(
        _ inputs: [[Float]], _ count: Int, _ body: ([FloatInput], FloatOutput, Precision) -> Void
    ) -> [UInt16] {
        let arrays = inputs.map { GuardedHalves(narrowed($0)) }
        let results = [1, 2].map { threads in
            let result = GuardedHalves([UInt16](repeating: 0x7FC0, count: count))
            withExtendedLifetime((arrays, result)) {
                Parallel.with(threads: threads) {
                    body(arrays.map { pointer($0.pointer) }, result.floats, .bfloat16)
                }
            }
            return result.values
        }
        #expect(results[0] == results[1])
        return results[0]
    }

    /// The same in float32, rounded.
    private func whole(
        _ inputs: [[Float]], _ count: Int, _ body: ([FloatInput], FloatOutput, Precision) -> Void
    ) -> [UInt16] {
        let arrays = inputs.map { GuardedArray($0.map { Double(BFloat16.rounded($0)) }) }
        let result = GuardedArray(count: count)
        withExtendedLifetime((arrays, result)) {
            body(arrays.map { UnsafePointer($0.pointer) }, result.pointer, .float32)
        }
        return withExtendedLifetime(result) { (0..<count).map { BFloat16.bits(result.pointer[$0]) } }
    }

    private func expectSame(
        _ inputs: [[Float]], _ count: Int, _ what: String, _ body: ([FloatInput], FloatOutput, Precision) -> Void
    ) {
        let (found, expected) = (half(inputs, count, body), whole(inputs, count, body))
        let wrong = found.indices.filter { found[$0] != expected[$0] }
        #expect(wrong.isEmpty, "\(what): \(wrong.count) of \(count), first \(wrong.first ?? 0)")
    }

    @Test(arguments: [1, 7, 1023, 1024, 1025, 40_000]) func castsRoundToTheNearest(_ count: Int) {
        var random = TestValues(seed: UInt64(count))
        // Every exponent, subnormals and what is no number among them.
        let values = (0..<count).map { _ in
            Float(bitPattern: UInt32(truncatingIfNeeded: random.integer(in: 0...Int(UInt32.max))))
        }
        let array = GuardedArray(count: count)
        for (index, value) in values.enumerated() { array.pointer[index] = value }
        let result = GuardedHalves([UInt16](repeating: 0, count: count))
        withExtendedLifetime((array, result)) {
            Conversion.narrow(array.pointer, into: result.floats, count: count)
        }
        #expect(result.values == narrowed(values))
        let back = GuardedArray(count: count)
        withExtendedLifetime((result, back)) {
            Conversion.widen(pointer(result.pointer), into: back.pointer, count: count)
            let narrow = result.values
            #expect((0..<count).allSatisfy { back.pointer[$0].bitPattern == BFloat16.value(narrow[$0]).bitPattern })
        }
    }

    @Test(arguments: [1, 100, 1025, 40_000]) func elementwiseFunctions(_ count: Int) {
        var random = TestValues(seed: 3)
        let (a, b) = (floats(random.normal(count)), floats(random.normal(count)))
        for function in [UnaryFunction.relu(), .relu(slope: 0.1), .relu(maximum: 1), .sigmoid, .tanh, .swish] {
            expectSame([a], count, "\(function)") {
                Elementwise.unary(function, $0[0], into: $1, count: count, precision: $2)
            }
            expectSame([a, b], count, "the gradient of \(function)") {
                Elementwise.unaryGradient(
                    function, saved: $0[0], outputGradient: $0[1], into: $1, count: count, precision: $2)
            }
        }
        for function in [BinaryFunction.add, .subtract, .multiply, .divide, .maximum, .greater] {
            expectSame([a, b], count, "\(function)") {
                Elementwise.binary(function, $0[0], $0[1], into: $1, count: count, precision: $2)
            }
        }
        expectSame([a], count, "scale") { Elementwise.scale($0[0], by: -1.7, into: $1, count: count, precision: $2) }
        expectSame([a], count, "dropout") {
            Dropout.run(
                $0[0], into: $1, count: count, rate: 0.3, seed: 5, substream: 6, step: 7, precision: $2)
        }
    }

    @Test func copies() {
        var random = TestValues(seed: 4)
        let shape = Shape([3, 5, 7, 4])
        let x = floats(random.normal(shape.count))
        let s = shape.strides
        let plans = [
            CopyPlan(
                shape: [3, 7, 5, 4], sourceOffset: 0, sourceStrides: [s[0], s[2], s[1], s[3]], destinationOffset: 0,
                destinationStrides: Shape([3, 7, 5, 4]).strides),
            CopyPlan(
                shape: [3, 4, 5, 7], sourceOffset: 0, sourceStrides: [s[0], s[3], s[1], s[2]], destinationOffset: 0,
                destinationStrides: Shape([3, 4, 5, 7]).strides),
            CopyPlan(
                shape: shape, sourceOffset: shape.count - 1, sourceStrides: s.map { -$0 }, destinationOffset: 0,
                destinationStrides: s),
        ]
        for plan in plans {
            expectSame([x], shape.count, "a copy") { Copy.run($0[0], into: $1, plan: plan, precision: $2) }
        }
    }

    @Test(arguments: [1, 3, 16, 20, 48], [PoolingMode.maximum, .average])
    func poolings(_ channels: Int, _ mode: PoolingMode) throws {
        try #require(BFloat16Support.isComputable || mode == .maximum)
        var random = TestValues(seed: 9)
        let geometry = PoolingGeometry(
            batch: 2, input: [9, 7], output: [5, 4], channels: channels, window: [3, 2], strides: [2, 2],
            paddingBefore: [1, 0], paddingAfter: [1, 1])
        let x = floats(random.normal(geometry.inputShape.count))
        let dy = floats(random.normal(geometry.outputShape.count))
        Parallel.configure(threads: 2)
        let kernels = try [
            Precision.float32: Pooling(mode, geometry), .bfloat16: Pooling(mode, geometry, precision: .bfloat16),
        ]
        var places: [Precision: [UInt8]] = [:]
        func run(_ x: [FloatInput], _ y: FloatOutput, _ precision: Precision) {
            let kernel = kernels[precision]!
            var won = [UInt8](repeating: 255, count: geometry.outputShape.count)
            withScratch(kernel.scratchBytes) { scratch in
                won.withUnsafeMutableBytes {
                    kernel.forward(x[0], into: y, places: mode == .maximum ? $0.baseAddress : nil, scratch: scratch)
                }
            }
            places[precision] = won
        }
        func runBack(_ dy: [FloatInput], _ dx: FloatOutput, _ precision: Precision) {
            let kernel = kernels[precision]!
            withScratch(kernel.scratchBytes) { scratch in
                places[precision]!.withUnsafeBytes {
                    kernel.backward(dy[0], places: mode == .maximum ? $0.baseAddress : nil, into: dx, scratch: scratch)
                }
            }
        }
        if mode == .maximum {
            expectSame([x], geometry.outputShape.count, "maximum", run)
            #expect(places[.float32] == places[.bfloat16])
            expectSame([dy], geometry.inputShape.count, "its gradient", runBack)
        } else {
            // Another library's, which may add in another order.
            let forward = (half([x], geometry.outputShape.count, run), whole([x], geometry.outputShape.count, run))
            #expect(deviation(doubles(widened(forward.0)), from: doubles(widened(forward.1))) < 0x1p-7)
            let back = (half([dy], geometry.inputShape.count, runBack), whole([dy], geometry.inputShape.count, runBack))
            #expect(deviation(doubles(widened(back.0)), from: doubles(widened(back.1))) < 0x1p-7)
        }
    }

    /// Statistics and gradients of vectors are the very floats that those numbers give in float32.
    @Test(arguments: [(7, 1), (100, 3), (333, 20), (50, 128), (90, 200)])
    func normalizations(_ rows: Int, _ channels: Int) {
        var random = TestValues(seed: 11)
        let count = rows * channels
        let (x, dy) = (floats(random.normal(count)), floats(random.normal(count)))
        let vectors = (0..<4).map { floats(random.uniform(channels, in: $0 == 3 ? 0.5...2 : -1...1)) }
        let valid = rows - 2
        for activation in [nil, UnaryFunction.relu(maximum: 6)] {
            expectSame([x], count, "inference") {
                BatchNormalization.inference(
                    $0[0], gamma: vectors[0], beta: vectors[1], mean: vectors[2], variance: vectors[3], epsilon: 1e-3,
                    activation: activation, into: $1, rows: rows, channels: channels, precision: $2)
            }
            expectSame([x, dy], count, "residual") {
                BatchNormalization.inference(
                    $0[0], gamma: vectors[0], beta: vectors[1], mean: vectors[2], variance: vectors[3], epsilon: 1e-3,
                    residual: $0[1], activation: activation, into: $1, rows: rows, channels: channels, precision: $2)
            }
            var found: [[Float]] = []
            expectSame([x], count, "training") {
                var (mean, variance) = (vectors[2], vectors[3])
                BatchNormalization.training(
                    $0[0], gamma: vectors[0], beta: vectors[1], epsilon: 1e-3, activation: activation, into: $1,
                    mean: &mean, variance: &variance, rows: rows, validRows: max(valid, 1), channels: channels,
                    precision: $2)
                found.append(mean + variance)
            }
            #expect(Set(found).count == 1)
            for training in [false, true] {
                var found: [[Float]] = []
                expectSame([x, dy], count, "gradient, \(training)") {
                    var (dGamma, dBeta) = (vectors[2], vectors[3])
                    BatchNormalization.gradient(
                        $0[0], gamma: vectors[0], beta: vectors[1], mean: vectors[2], variance: vectors[3],
                        epsilon: 1e-3, rectifier: activation, outputGradient: $0[1], training: training, dx: $1,
                        dGamma: &dGamma, dBeta: &dBeta, rows: rows, validRows: training ? max(valid, 1) : rows,
                        channels: channels, precision: $2)
                    found.append(dGamma + dBeta)
                }
                #expect(Set(found).count == 1)
            }
        }
    }

    @Test func whatIsNotFiniteIsFound() {
        var values = [Float](repeating: 1, count: 5000)
        func first() -> Int? {
            narrowed(values).withUnsafeBufferPointer {
                Finite.firstNonFinite(pointer($0.baseAddress!), count: 5000, precision: .bfloat16)
            }
        }
        #expect(first() == nil)
        values[4321] = .infinity
        #expect(first() == 4321)
        values[77] = .nan
        #expect(first() == 77)
    }
}

/// Numbers of bfloat16 between two pages that nobody may touch.
final class GuardedHalves {
    private let floatsBelow: GuardedArray
    let count: Int
    let pointer: UnsafeMutablePointer<UInt16>
    var floats: UnsafeMutablePointer<Float> { UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Float.self) }
    var values: [UInt16] {
        withExtendedLifetime(floatsBelow) { Array(UnsafeBufferPointer(start: pointer, count: count)) }
    }

    init(_ values: [UInt16]) {
        count = values.count
        floatsBelow = GuardedArray(count: (count + 1) / 2)
        let end = UnsafeMutableRawPointer(floatsBelow.pointer + floatsBelow.count)
        pointer = (end - 2 * count).assumingMemoryBound(to: UInt16.self)
        for (index, value) in values.enumerated() { pointer[index] = value }
    }
}

/// Convolutions and products of bfloat16, on processors that have it or on which the library can imitate it.
@Suite(.serialized, .enabled(if: BFloat16Support.isComputable)) struct BFloat16ProductTests {
    private func rounded(_ values: [Double]) -> [Double] { values.map { Double(BFloat16.rounded(Float($0))) } }

    /// Geometries that oneDNN gives to different kernels.
    private static let geometries: [ConvolutionGeometry] = [
        (3, 9, 5, 7, 3, 1, 1), (2, 12, 1, 32, 3, 1, 1), (2, 8, 32, 64, 3, 1, 1), (2, 9, 8, 16, 3, 2, 1),
        (2, 10, 20, 20, 3, 1, 20), (2, 11, 32, 32, 3, 2, 32), (4, 7, 16, 24, 1, 1, 1), (2, 8, 16, 16, 3, 1, 4),
        (1, 14, 3, 16, 7, 2, 1),
    ].map { batch, size, channels, filters, window, stride, groups in
        let output = (size + stride - 1) / stride
        let padding = max(0, (output - 1) * stride + window - size)
        return ConvolutionGeometry(
            batch: batch, input: [size, size], inputChannels: channels, output: [output, output],
            outputChannels: filters, kernel: [window, window], strides: [stride, stride], dilations: [1, 1],
            paddingBefore: [padding / 2, padding / 2], paddingAfter: [padding - padding / 2, padding - padding / 2],
            groups: groups)
    }

    /// Runs `body` on halves of the first `narrow` inputs and on the others as they are.
    private func run(_ inputs: [[Double]], narrow: Int, _ body: ([FloatInput]) -> Void) {
        let halves = inputs.prefix(narrow).map { GuardedHalves($0.map { BFloat16.bits(Float($0)) }) }
        let whole = inputs.dropFirst(narrow).map { GuardedArray($0) }
        withExtendedLifetime((halves, whole)) {
            body(halves.map { UnsafePointer($0.floats) } + whole.map { UnsafePointer($0.pointer) })
        }
    }

    @Test(arguments: geometries) func convolutions(_ g: ConvolutionGeometry) throws {
        Parallel.configure(threads: 2)
        var random = TestValues(seed: 21)
        let x = random.normal(g.inputShape.count)
        let kernel = random.normal(g.kernelShape.count, scale: 0.2)
        let bias = random.normal(g.outputChannels)
        let dy = random.normal(g.outputShape.count)
        let roundedX = DoubleArray(shape: g.inputShape, values: rounded(x))
        let roundedKernel = DoubleArray(shape: g.kernelShape, values: rounded(kernel))
        let roundedGradient = DoubleArray(shape: g.outputShape, values: rounded(dy))

        let forward = try ConvolutionForward(g, hasBias: true, activation: .relu(), precision: .bfloat16)
        let (y, packedY) = (
            GuardedHalves([UInt16](repeating: 0, count: dy.count)),
            GuardedHalves([UInt16](repeating: 0, count: dy.count))
        )
        run([x, kernel, bias], narrow: 1) { inputs in
            withScratch(forward.scratchBytes) {
                forward.run(inputs[0], kernel: inputs[1], bias: inputs[2], into: y.floats, scratch: $0)
            }
            withScratch(forward.packedBytes + forward.scratchBytes) { memory in
                let scratch = memory + (forward.packedBytes + 63) / 64 * 64
                forward.pack(kernel: inputs[1], into: memory, scratch: scratch)
                forward.run(inputs[0], packed: memory, bias: inputs[2], into: packedY.floats, scratch: scratch)
            }
        }
        let wanted = expectedOutputs(
            of: .convolution(g, hasBias: true, activation: .relu()),
            [roundedX, roundedKernel, DoubleArray(shape: [g.outputChannels], values: bias)])[0]
        #expect(deviation(y.values.map { Double(BFloat16.value($0)) }, from: wanted) < 0x1p-8, "\(g)")
        #expect(packedY.values == y.values)

        let backward = try ConvolutionBackwardData(g, precision: .bfloat16)
        let dx = GuardedHalves([UInt16](repeating: 0, count: x.count))
        run([dy, kernel], narrow: 1) { inputs in
            withScratch(backward.scratchBytes) {
                backward.run(inputs[0], kernel: inputs[1], into: dx.floats, scratch: $0)
            }
        }
        let wantedX = expectedOutputs(of: .convolutionInputGradient(g), [roundedGradient, roundedKernel])[0]
        #expect(deviation(dx.values.map { Double(BFloat16.value($0)) }, from: wantedX) < 0x1p-8, "\(g)")

        let weights = try ConvolutionBackwardKernel(g, hasBias: true, precision: .bfloat16)
        let (dKernel, dBias) = (GuardedArray(count: kernel.count), GuardedArray(count: bias.count))
        run([x, dy], narrow: 2) { inputs in
            withScratch(weights.scratchBytes) {
                weights.run(inputs[0], inputs[1], into: dKernel.pointer, bias: dBias.pointer, scratch: $0)
            }
        }
        let sums = expectedOutputs(of: .convolutionKernelGradient(g, hasBias: true), [roundedX, roundedGradient])
        // Sums of exact products, in float32.
        for (found, wanted) in zip([dKernel, dBias], sums) {
            let values = withExtendedLifetime(found) { (0..<found.count).map { Double(found.pointer[$0]) } }
            #expect(deviation(values, from: wanted) < 1e-5, "\(g)")
        }
    }

    @Test(arguments: [(128, 128, 300), (37, 19, 65), (8, 16, 5000), (1, 5, 64)], [0, 1, 2, 3])
    func products(_ size: (m: Int, n: Int, k: Int), _ transposes: Int) throws {
        Parallel.configure(threads: 2)
        let (m, n, k) = size
        let (ta, tb) = (transposes & 1 == 1, transposes & 2 == 2)
        var random = TestValues(seed: 22)
        let (a, b) = (random.normal(m * k), random.normal(k * n))
        let product = try Product(rows: m, columns: n, inner: k, transposed: (ta, tb), precision: .bfloat16)
        let c = GuardedArray(count: m * n)
        run([a, b], narrow: 2) { inputs in
            withScratch(product.scratchBytes) { product.run(inputs[0], inputs[1], into: c.pointer, scratch: $0) }
        }
        let wanted = expectedOutputs(
            of: .matmul(transposeLeft: ta, transposeRight: tb),
            [
                DoubleArray(shape: ta ? [k, m] : [m, k], values: rounded(a)),
                DoubleArray(shape: tb ? [n, k] : [k, n], values: rounded(b)),
            ])[0]
        withExtendedLifetime(c) {
            #expect(deviation((0..<m * n).map { Double(c.pointer[$0]) }, from: wanted) < 1e-5)
        }
    }

    /// What is kept of an example counts on it.
    @Test(arguments: [(5, 300, 1500), (32, 128, 4608), (100, 37, 2000), (257, 100, 577)], [1, 2])
    func rowsOfAProductAreAlikeInEveryPlace(_ size: (rows: Int, columns: Int, inner: Int), _ threads: Int) throws {
        let (rows, columns, inner) = size
        let product = try Product(
            rows: rows, columns: columns, inner: inner, transposed: (false, false), precision: .bfloat16,
            threads: threads)
        let a = (0..<rows * inner).map { Double($0 % inner * 29 % 83) / 83 - 0.4 }
        let b = (0..<inner * columns).map { Double($0 * 41 % 103) / 103 - 0.5 }
        let c = GuardedArray(count: rows * columns)
        run([a, b], narrow: 2) { inputs in
            withScratch(product.scratchBytes) { product.run(inputs[0], inputs[1], into: c.pointer, scratch: $0) }
        }
        let differing = withExtendedLifetime(c) {
            (0..<rows * columns).filter { c.pointer[$0].bitPattern != c.pointer[$0 % columns].bitPattern }
        }
        #expect(differing.isEmpty, "\(size), \(threads) threads: at \(differing.prefix(3))")
    }
}
