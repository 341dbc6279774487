import Graph
import Kernels
import TestSupport
import Tensors
import Testing

struct AffineSamplerTests {
    static let fills: [AffineSampling.Fill] = [.constant(0.5), .nearest, .reflect, .wrap]

    /// Turns, stretches and shifts; the last two numbers make a perspective.
    private func transforms(_ count: Int, _ random: inout TestValues, perspective: Bool) -> [Double] {
        (0..<count).flatMap { _ -> [Double] in
            let linear = random.uniform(6, in: -1.5...1.5)
            let shifts = random.uniform(2, in: -12...12)
            let tilt = perspective ? random.uniform(2, in: -0.02...0.02) : [0, 0]
            return [linear[0], linear[1], shifts[0], linear[2], linear[3], shifts[1]] + tilt
        }
    }

    @Test(arguments: [AffineSampling.Interpolation.nearest, .bilinear], fills)
    func anySamplingAgrees(_ interpolation: AffineSampling.Interpolation, _ fill: AffineSampling.Fill) {
        var random = TestValues(seed: 3)
        for round in 0..<12 {
            let input: Shape = [
                random.integer(in: 1...4), random.integer(in: 1...9), random.integer(in: 1...30),
                random.integer(in: 1...3),
            ]
            let sampling = AffineSampling(
                height: random.integer(in: 1...20), width: random.integer(in: 1...20), interpolation: interpolation,
                fill: fill)
            let output: Shape = [input[0], sampling.height, sampling.width, input[3]]
            let x = DoubleArray(shape: input, values: random.normal(input.count))
            let dy = DoubleArray(shape: output, values: random.normal(output.count))
            let maps = DoubleArray(
                shape: [input[0], 8], values: transforms(input[0], &random, perspective: round % 2 == 0))
            let sampler = AffineSampler(sampling, input: input)
            let (a, images, slopes) = (floats(maps.values), floats(x.values), floats(dy.values))
            let forward = onOneAndTwoThreads {
                filled(output.count) { sampler.forward(images, transforms: a, into: $0) }
            }
            let backward = onOneAndTwoThreads {
                filled(input.count) { sampler.backward(slopes, transforms: a, into: $0) }
            }
            #expect(forward.one == forward.two && backward.one == backward.two)
            let y = expectedOutputs(of: .affineSample(sampling), [x, maps])[0]
            let dx = expectedOutputs(of: .affineSampleGradient(sampling, input: [input[1], input[2]]), [dy, maps])[0]
            #expect(deviation(forward.one.map { Double(Float(bitPattern: $0)) }, from: y) < 1e-4)
            #expect(deviation(backward.one.map { Double(Float(bitPattern: $0)) }, from: dx, floor: 1) < 1e-4)
        }
    }

    /// Places beyond any image, at infinity or nowhere are outside.
    @Test(arguments: [AffineSampling.Interpolation.nearest, .bilinear], fills)
    func mapsThatLeadNowhereStayInside(_ interpolation: AffineSampling.Interpolation, _ fill: AffineSampling.Fill) {
        let sampling = AffineSampling(height: 2, width: 2, interpolation: interpolation, fill: fill)
        let sampler = AffineSampler(sampling, input: [1, 3, 3, 1])
        let x = (0..<9).map { Float($0) }
        for number in [Float.nan, .infinity, -.infinity, 1e30, -1e30, 3e9, 1e18] {
            for place in 0..<8 {
                var transform: [Float] = [1, 0, 0, 0, 1, 0, 0, 0]
                transform[place] = number
                let y = filled(4) { sampler.forward(x, transforms: transform, into: $0) }
                #expect(y.allSatisfy { $0 >= 0 && $0 <= 8 }, "\(number) at \(place): \(y)")
                let dx = filled(9) { sampler.backward([1, 1, 1, 1], transforms: transform, into: $0) }
                #expect(dx.allSatisfy { $0 >= 0 && $0 <= 4 })
            }
        }
    }
}
