import Glibc

/// The standard normal distribution.
package enum Normal {
    /// P(Z ≤ x).
    package static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// The x below which a share `p` lies; infinite at 0 and 1. Bisection on the distribution function down to the last
    /// bit: it is asked a few times a comparison.
    package static func quantile(_ p: Double) -> Double {
        if p <= 0 { return -.infinity }
        if p >= 1 { return .infinity }
        if p > 0.5 { return -quantile(1 - p) }
        return root(of: { cumulative($0) - p }, between: -40, 0)
    }
}

/// Student's t distribution with any number of degrees of freedom above 0.
package struct StudentT: Hashable, Sendable {
    package let degrees: Double

    /// - Precondition: `degrees` is above 0.
    package init(degrees: Double) {
        precondition(degrees > 0, "a t distribution with \(degrees) degrees of freedom")
        self.degrees = degrees
    }

    /// P(T ≤ t) = 1 − ½ I(ν / (ν + t²); ν/2, ½) for t ≥ 0 (Abramowitz and Stegun 26.7.1). From 10⁵ degrees on, where that
    /// loses digits, of the normal distribution at t (1 − 1/(4 ν)) / √(1 + t²/(2 ν)) (26.7.8), which then is as good.
    package func cumulative(_ t: Double) -> Double {
        if degrees >= 1e5 {
            return Normal.cumulative(t * (1 - 1 / (4 * degrees)) / (1 + t * t / (2 * degrees)).squareRoot())
        }
        let tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
        return t > 0 ? 1 - tail : tail
    }

    /// The t below which a share `p` lies; infinite at 0 and 1.
    package func quantile(_ p: Double) -> Double {
        if p <= 0 { return -.infinity }
        if p >= 1 { return .infinity }
        if p == 0.5 { return 0 }
        if p > 0.5 { return -quantile(1 - p) }
        var low = -1.0
        while cumulative(low) > p && low > -1e150 { low *= 2 }
        return root(of: { cumulative($0) - p }, between: low, 0)
    }

    /// P(|T′| > critical) where T′ is non-central t with non-centrality `shift`: the power of a two-sided t test. T′ is
    /// (Z + shift) / √(W/ν), W of χ² with ν degrees: the integral over u = √(W/ν) by Simpson's rule.
    package func power(critical: Double, shift: Double) -> Double {
        let nu = degrees
        let center = ((nu - 0.5) / nu).squareRoot()
        let spread = 1 / (2 * nu).squareRoot()
        let from = max(0, center - 12 * spread)
        let to = center + 14 * spread
        let constant = log(2) + nu / 2 * log(nu / 2) - lgamma(nu / 2)
        let steps = 2000
        let width = (to - from) / Double(steps)
        var sum = 0.0
        for step in 0...steps {
            let u = from + Double(step) * width
            let logDensity = u > 0 ? constant + (nu - 1) * log(u) - nu * u * u / 2 : nu == 1 ? constant : -.infinity
            let beyond = Normal.cumulative(shift - critical * u) + Normal.cumulative(-shift - critical * u)
            let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
            sum += weight * exp(logDensity) * beyond
        }
        return min(1, sum * width / 3)
    }
}

/// The regularized incomplete beta function I(x; a, b), by its continued fraction (Abramowitz and Stegun 26.5.8) evaluated
/// from the front after Lentz, on the side of the symmetry I(x; a, b) = 1 − I(1 − x; b, a) where it converges fast.
/// - Precondition: `a` and `b` are above 0, `x` is within 0…1.
package func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    let smallest = 1e-300
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1), smallest)
    var fraction = d
    for m in 1...100_000 {
        let k = Double(m)
        let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        d = 1 / nonzero(1 + even * d, smallest)
        c = nonzero(1 + even / c, smallest)
        fraction *= c * d
        let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        d = 1 / nonzero(1 + odd * d, smallest)
        c = nonzero(1 + odd / c, smallest)
        fraction *= c * d
        if abs(c * d - 1) < 1e-16 { break }
    }
    return min(1, front * fraction)
}

private func nonzero(_ value: Double, _ smallest: Double) -> Double { abs(value) < smallest ? smallest : value }

/// Where a function that grows from below 0 to above 0 crosses it.
private func root(of function: (Double) -> Double, between low: Double, _ high: Double) -> Double {
    var (low, high) = (low, high)
    while true {
        let middle = low + (high - low) / 2
        guard middle > low && middle < high else { return middle }
        if function(middle) < 0 { low = middle } else { high = middle }
    }
}
