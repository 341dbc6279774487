import Tensors

/// (x − mean) / deviation, with one pair for everything or one per channel (the last axis).
package struct Standardization: Hashable, Sendable {
    package let mean: [Float]
    package let deviation: [Float]

    /// - Throws: `TransformError`.
    package init(mean: [Float], deviation: [Float]) throws {
        guard mean.count == deviation.count, !mean.isEmpty, (mean + deviation).allSatisfy(\.isFinite) else {
            throw TransformError.notFinite
        }
        if let zero = deviation.firstIndex(of: 0) { throw TransformError.zeroDeviation(channel: zero) }
        self.mean = mean
        self.deviation = deviation
    }

    /// Mean and standard deviation (of the whole, not of a sample) of an input over these examples; each feature of
    /// a vector and each channel of a picture by itself, two-dimensional data as one. A feature that never varies is
    /// only centred.
    /// - Throws: what reading throws; `TransformError.notFinite`.
    package init(measuring dataset: any Dataset, examples: [Int], input: Int = 0) throws {
        let shape = dataset.inputShapes[input]
        let channels = Standardization.channels(of: shape)
        var moments = Moments(channels: channels)
        let scratch = dataset.inputShapes.map { UnsafeMutablePointer<Float>.allocate(capacity: max($0.count, 1)) }
        let target = UnsafeMutablePointer<Float>.allocate(capacity: max(dataset.target.count, 1))
        defer {
            for pointer in scratch { pointer.deallocate() }
            target.deallocate()
        }
        for index in examples {
            try dataset.read(index, inputs: scratch, target: target)
            moments.add(UnsafeBufferPointer(start: scratch[input], count: shape.count))
        }
        let (mean, deviation) = moments.result
        try self.init(mean: mean, deviation: deviation.map { $0 == 0 ? 1 : $0 })
    }

    static func channels(of shape: Shape) -> Int { shape.rank == 2 ? 1 : max(shape.dimensions.last ?? 1, 1) }

    func check(_ shape: Shape) throws {
        guard mean.count == 1 || mean.count == shape.dimensions.last else {
            throw TransformError.channels(count: mean.count, shape: shape)
        }
    }
}

/// Sums around a first guess of the mean, in Double: no cancellation when the mean is large, no second pass.
private struct Moments {
    private let channels: Int
    private var origin: [Double]?
    private var sums: [Double]
    private var squares: [Double]
    private var count = 0.0

    init(channels: Int) {
        self.channels = channels
        sums = Array(repeating: 0, count: channels)
        squares = sums
    }

    mutating func add(_ values: UnsafeBufferPointer<Float>) {
        guard values.count >= channels else { return }
        let origin = origin ?? values.prefix(channels).map(Double.init)
        self.origin = origin
        for start in stride(from: 0, to: values.count - channels + 1, by: channels) {
            for channel in 0..<channels {
                let difference = Double(values[start + channel]) - origin[channel]
                sums[channel] += difference
                squares[channel] += difference * difference
            }
        }
        count += Double(values.count / channels)
    }

    var result: (mean: [Float], deviation: [Float]) {
        let origin = origin ?? sums
        let count = max(count, 1)
        let mean = zip(origin, sums).map { Float($0 + $1 / count) }
        let deviation = zip(sums, squares).map { sum, square in
            Float(max(square / count - (sum / count) * (sum / count), 0).squareRoot())
        }
        return (mean, deviation)
    }
}
