import Glibc

/// How pixels between pixels are computed: the methods of TensorFlow's `tf.image.resize`, which both Kerases use. Pixel
/// centres lie at halves.
enum ResizeMethod: String, Hashable, Sendable, CaseIterable {
    case nearest, bilinear, bicubic, area, lanczos3, lanczos5, gaussian, mitchellcubic

    /// Whether it changes even an image that keeps its size.
    var blurs: Bool { self == .gaussian || self == .mitchellcubic }

    /// The share of each of `input` pixels (columns) in each of `output` pixels (rows), along one dimension.
    ///
    /// - Parameter antialias: whether a smaller image takes in all pixels; nearest and area never change by it.
    func weights(input: Int, output: Int, antialias: Bool) -> [Float] {
        let scale = Float(input) / Float(output)
        var matrix = [Float](repeating: 0, count: input * output)
        for row in 0..<output {
            let shares = shares(row, scale: scale, input: input, output: output, antialias: antialias)
            for (column, share) in shares { matrix[row * input + column] += share }
        }
        return matrix
    }

    private func shares(
        _ row: Int, scale: Float, input: Int, output: Int, antialias: Bool
    ) -> [(column: Int, share: Float)] {
        let center = (Float(row) + 0.5) * scale
        switch self {
        case .nearest: return [(min(Int(center), input - 1), 1)]
        case .area: return ResizeMethod.overlaps(row, scale: scale, input: input)
        case .bilinear where !antialias:
            let place = center - 0.5
            let low = place.rounded(.down)
            return [
                (max(Int(low), 0), 1 - (place - low)), (min(Int(place.rounded(.up)), input - 1), place - low),
            ]
        case .bicubic where !antialias: return ResizeMethod.tabulated(center - 0.5, input: input)
        default: return sampled(center: center, scale: antialias ? max(scale, 1) : 1, input: input)
        }
    }

    /// How much of the stretch of one output pixel each input pixel covers.
    private static func overlaps(_ row: Int, scale: Float, input: Int) -> [(column: Int, share: Float)] {
        let (start, end) = (Float(row) * scale, Float(row + 1) * scale)
        return (Int(start)..<max(Int(end.rounded(.up)), Int(start) + 1)).map { column in
            let covered = min(Float(column + 1), end) - max(Float(column), start)
            return (min(column, input - 1), covered / scale)
        }
    }

    /// Keys' cubic over four neighbours; TensorFlow takes its values at the nearest of 1024 places between two pixels.
    private static func tabulated(_ place: Float, input: Int) -> [(column: Int, share: Float)] {
        let low = place.rounded(.down)
        let offset = ((place - low) * 1024).rounded(.toNearestOrEven) / 1024
        let neighbours = [1 + offset, offset, 1 - offset, 2 - offset].enumerated().map {
            (column: Int(low) - 1 + $0.offset, share: keysCubic($0.element))
        }
        return normalized(neighbours.filter { (0..<input).contains($0.column) })
    }

    /// A kernel around the centre, stretched by `scale`, over the pixels there are.
    private func sampled(center: Float, scale: Float, input: Int) -> [(column: Int, share: Float)] {
        let reach = radius * scale
        let first = max(Int((center - reach - 0.5).rounded(.up)), 0)
        let last = min(Int((center + reach - 0.5).rounded(.down)), input - 1)
        guard first <= last else { return [] }
        return ResizeMethod.normalized(
            (first...last).map { ($0, kernel(abs(Float($0) + 0.5 - center) / scale)) })
    }

    private static func normalized(_ shares: [(column: Int, share: Float)]) -> [(column: Int, share: Float)] {
        let total = shares.reduce(0) { $0 + $1.share }
        guard abs(total) >= 1000 * Float.leastNormalMagnitude else { return shares }
        return shares.map { ($0.column, $0.share / total) }
    }

    private var radius: Float {
        switch self {
        case .nearest, .area, .bilinear: 1
        case .bicubic, .mitchellcubic: 2
        case .lanczos3: 3
        case .lanczos5: 5
        case .gaussian: 1.5
        }
    }

    /// The kernel at a distance x ≥ 0.
    private func kernel(_ x: Float) -> Float {
        switch self {
        case .nearest, .area, .bilinear: max(0, 1 - x)
        case .bicubic: ResizeMethod.keysCubic(x)
        case .lanczos3, .lanczos5: lanczos(x)
        // A third of the radius is the deviation.
        case .gaussian: x >= 1.5 ? 0 : exp(-2 * x * x)
        case .mitchellcubic: ResizeMethod.mitchellCubic(x)
        }
    }

    private func lanczos(_ x: Float) -> Float {
        if x > radius { return 0 }
        if x <= 1e-3 { return 1 }
        return radius * sin(.pi * x) * sin(.pi * x / radius) / (.pi * .pi * x * x)
    }

    /// R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −½.
    private static func keysCubic(_ x: Float) -> Float {
        if x >= 2 { return 0 }
        return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1
    }

    /// D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics", 1988, with B = C = ⅓.
    private static func mitchellCubic(_ x: Float) -> Float {
        if x >= 2 { return 0 }
        return x >= 1 ? ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9 : (7 / 6 * x - 2) * x * x + 8 / 9
    }
}
