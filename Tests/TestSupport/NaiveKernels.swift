import Tensors

/// Kernels as one would write them down, in double precision and one element at a time: what the fast ones are held
/// against. `GraphInterpreter` has those that are an operation of their own.
package enum NaiveKernels {
    /// f(a, b) broadcast under NumPy's rules.
    package static func binary(
        _ function: BinaryFunction, _ a: [Double], _ aShape: Shape, _ b: [Double], _ bShape: Shape
    ) -> [Double] {
        let output = aShape.broadcast(with: bShape)!
        func position(_ index: [Int], in shape: Shape) -> Int {
            shape.position(zip(index.suffix(shape.rank), shape.dimensions).map { $1 == 1 ? 0 : $0 })
        }
        var result: [Double] = []
        output.forEachIndex {
            result.append(function(a[position($0, in: aShape)], b[position($0, in: bShape)]))
        }
        return result
    }

    /// The reduction of x over `axes`.
    package static func reduce(_ kind: Reduction, _ x: [Double], _ shape: Shape, axes: [Int]) -> [Double] {
        let kept = Shape(shape.dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
        var groups = [[Double]](repeating: [], count: kept.count)
        shape.forEachIndex { index in
            let place = index.enumerated().map { axes.contains($0.offset) ? 0 : $0.element }
            groups[kept.position(place)].append(x[shape.position(index)])
        }
        return groups.map { group in
            switch kind {
            case .sum: group.reduce(0, +)
            case .mean: group.reduce(0, +) / Double(group.count)
            case .maximum: group.contains(where: \.isNaN) ? .nan : group.max() ?? -.infinity
            }
        }
    }

    /// x repeated along `axes` of `shape`.
    package static func expand(_ x: [Double], _ shape: Shape, axes: [Int], scale: Double) -> [Double] {
        let kept = Shape(shape.dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
        var result: [Double] = []
        shape.forEachIndex { index in
            let place = index.enumerated().map { axes.contains($0.offset) ? 0 : $0.element }
            result.append(x[kept.position(place)] * scale)
        }
        return result
    }

    /// Copies an array of `shape` between strided layouts.
    package static func copy(
        _ x: [Float], into y: inout [Float], shape: Shape, sourceOffset: Int, sourceStrides: [Int],
        destinationOffset: Int, destinationStrides: [Int]
    ) {
        shape.forEachIndex { index in
            let from = zip(index, sourceStrides).reduce(sourceOffset) { $0 + $1.0 * $1.1 }
            let to = zip(index, destinationStrides).reduce(destinationOffset) { $0 + $1.0 * $1.1 }
            y[to] = x[from]
        }
    }

    /// The factor that dropout gives each element: 0 or 1 / (1 − rate).
    package static func dropoutMask(
        count: Int, rate: Double, seed: UInt64, substream: UInt64, step: UInt64
    ) -> [Double] {
        (0..<count).map { element in
            let block = philox(
                counter: (
                    UInt32(truncatingIfNeeded: element / 4), UInt32(truncatingIfNeeded: step),
                    UInt32(truncatingIfNeeded: substream),
                    UInt32(truncatingIfNeeded: substream >> 32) & 0x00FF_FFFF | RandomStream.dropout.rawValue << 24
                ), key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
            let word = [block.0, block.1, block.2, block.3][element % 4]
            return Double(word) >= rate * 0x1p32 ? 1 / (1 - rate) : 0
        }
    }
}
