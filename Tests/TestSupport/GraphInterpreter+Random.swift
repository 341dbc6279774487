import Glibc
import Graph
import Tensors

/// What is drawn depends on the position, the step and the node's substream, and on nothing else.
extension GraphInterpreter {
    func dropout(_ x: [Double], rate: Double, substream: UInt64) -> [Double] {
        x.enumerated().map { index, value in
            let word = word(index, stream: .dropout, substream: substream)
            return Double(word) >= (rate * 0x1p32).rounded(.down) ? value / (1 - rate) : 0
        }
    }

    func draw(_ count: Int, from distribution: RandomDistribution, substream: UInt64) -> [Double] {
        /// A multiple of 2⁻²⁴ in [0, 1).
        func fraction(_ index: Int) -> Double {
            Double(word(index, stream: .noise, substream: substream) >> 8) * 0x1p-24
        }
        switch distribution {
        case .uniform: return (0..<count).map(fraction)
        case .normal:
            return (0..<count).map { index in
                let first = index / 2 * 2
                let radius = (-2 * log(fraction(first) + 0x1p-24)).squareRoot()
                let angle = 2 * Double.pi * fraction(first + 1)
                return radius * (index == first ? cos(angle) : sin(angle))
            }
        }
    }

    private func word(_ index: Int, stream: RandomStream, substream: UInt64) -> UInt32 {
        let block = philox(
            counter: (
                UInt32(truncatingIfNeeded: index / 4), UInt32(truncatingIfNeeded: step),
                UInt32(truncatingIfNeeded: substream),
                UInt32(truncatingIfNeeded: substream >> 32) & 0x00FF_FFFF | stream.rawValue << 24
            ), key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
        return [block.0, block.1, block.2, block.3][index % 4]
    }
}
