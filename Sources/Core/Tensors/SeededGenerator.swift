import Glibc

/// What a random number is for. Each purpose draws from a stream of its own, so that adding dropout to a model does
/// not change the order of its examples.
package enum RandomStream: UInt32, Sendable, CaseIterable {
    case shuffle = 1, dropout, augmentation, initialization, split, bootstrap, noise, mixing
}

/// Counter-based randomness: the value at an index is a pure function of (seed, stream, substream, index), after
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Nothing has to be saved to go
/// on where a run stopped but the index.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private let key: (UInt32, UInt32)
    private let high: (UInt32, UInt32)
    /// Index of the next 64-bit value.
    package private(set) var index: UInt64

    /// - Parameter substream: what within the stream: an epoch, a parameter's ordinal, a node.
    package init(seed: UInt64, stream: RandomStream, substream: UInt64 = 0, index: UInt64 = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        high = (
            UInt32(truncatingIfNeeded: substream),
            UInt32(truncatingIfNeeded: substream >> 32) & 0x00FF_FFFF | stream.rawValue << 24
        )
        self.index = index
    }

    package mutating func next() -> UInt64 {
        defer { index &+= 1 }
        let block = philox(
            counter: (UInt32(truncatingIfNeeded: index >> 1), UInt32(truncatingIfNeeded: index >> 33), high.0, high.1),
            key: key)
        return index & 1 == 0
            ? UInt64(block.0) | UInt64(block.1) << 32
            : UInt64(block.2) | UInt64(block.3) << 32
    }

    /// Uniform in [0, 1), with 53 bits.
    package mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Standard normal, by Box and Muller's transform; takes two uniforms.
    package mutating func nextNormal() -> Double {
        let radius = (-2 * log(1 - nextUniform())).squareRoot()
        return radius * cos(2 * .pi * nextUniform())
    }

    /// Beta(α, α), as G₁ / (G₁ + G₂) of two Gamma variates, in logarithms so that a tiny α does not underflow.
    /// - Precondition: `alpha` is above 0.
    package mutating func nextBeta(_ alpha: Double) -> Double {
        let difference = nextLogGamma(alpha) - nextLogGamma(alpha)
        return 1 / (1 + exp(-difference))
    }

    /// The logarithm of a Gamma(α, 1) variate: Marsaglia and Tsang, "A simple method for generating gamma variables"
    /// (2000), for α + 1, times U^(1/α).
    private mutating func nextLogGamma(_ alpha: Double) -> Double {
        let d = alpha + 1 - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = nextNormal()
            let root = 1 + c * x
            let uniform = 1 - nextUniform()
            guard root > 0 else { continue }
            let v = root * root * root
            guard log(uniform) < x * x / 2 + d - d * v + d * log(v) else { continue }
            return log(d * v) + log(1 - nextUniform()) / alpha
        }
    }

    /// A uniformly drawn permutation of `0..<count` (Fisher and Yates, from the end).
    package mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(i, Int(next(upperBound: UInt64(i + 1))))
        }
        return order
    }
}

/// One block of Philox4x32-10.
package func philox(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
) -> (UInt32, UInt32, UInt32, UInt32) {
    var c = counter
    var k = key
    for _ in 0..<10 {
        let a = UInt64(0xD251_1F53) * UInt64(c.0)
        let b = UInt64(0xCD9E_8D57) * UInt64(c.2)
        c = (
            UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
            UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
        )
        k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
    }
    return c
}
