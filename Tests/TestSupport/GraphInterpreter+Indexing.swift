import Glibc
import Graph
import Tensors

extension GraphInterpreter {
    private func row(_ index: Double, of rows: Int) -> Int? {
        index >= 0 && index < Double(rows) ? Int(index) : nil
    }

    func gather(_ table: DoubleArray, _ indices: DoubleArray) -> [Double] {
        let width = table.shape.droppingFirst.count
        return indices.values.flatMap { index -> [Double] in
            guard let row = row(index, of: table.shape[0]) else { return Array(repeating: .nan, count: width) }
            return Array(table.values[row * width..<(row + 1) * width])
        }
    }

    func scatterAdd(_ indices: DoubleArray, _ values: DoubleArray, rows: Int) -> [Double] {
        let width = values.shape.dimensions.dropFirst(indices.shape.rank).reduce(1, *)
        var table = [Double](repeating: 0, count: rows * width)
        for (place, index) in indices.values.enumerated() {
            guard let row = row(index, of: rows) else { continue }
            for column in 0..<width { table[row * width + column] += values.values[place * width + column] }
        }
        return table
    }

    func affineSample(_ x: DoubleArray, _ transforms: DoubleArray, _ sampling: AffineSampling) -> [Double] {
        let output: Shape = [x.shape[0], sampling.height, sampling.width, x.shape[3]]
        var y = [Double](repeating: 0, count: output.count)
        output.forEachIndex { index in
            let sources = sampling.sources(index, transforms, height: x.shape[1], width: x.shape[2])
            y[output.position(index)] = sources.reduce(0) { sum, source in
                let value = source.place.map { x.values[x.shape.position([index[0]] + $0 + [index[3]])] }
                return sum + source.share * (value ?? sampling.outside)
            }
        }
        return y
    }

    func affineSampleGradient(
        _ dy: DoubleArray, _ transforms: DoubleArray, _ sampling: AffineSampling, _ input: [Int]
    ) -> [Double] {
        let shape: Shape = [dy.shape[0], input[0], input[1], dy.shape[3]]
        var dx = [Double](repeating: 0, count: shape.count)
        dy.shape.forEachIndex { index in
            for source in sampling.sources(index, transforms, height: input[0], width: input[1]) {
                guard let place = source.place else { continue }
                dx[shape.position([index[0]] + place + [index[3]])] +=
                    source.share * dy.values[dy.shape.position(index)]
            }
        }
        return dx
    }
}

extension AffineSampling {
    /// The value of what lies outside.
    fileprivate var outside: Double { if case .constant(let value) = fill { Double(value) } else { 0 } }

    /// The input pixels an output pixel is made of, nil for one outside, and their shares.
    ///
    /// - Parameter index: (example, row, column, channel) of the output.
    fileprivate func sources(
        _ index: [Int], _ transforms: DoubleArray, height: Int, width: Int
    ) -> [(place: [Int]?, share: Double)] {
        let a = transforms.values[index[0] * 8..<index[0] * 8 + 8].map { $0 }
        let (u, v) = (Double(index[2]), Double(index[1]))
        let k = a[6] * u + a[7] * v + 1
        guard k != 0 else { return [(nil, 1)] }
        let x = inside((a[0] * u + a[1] * v + a[2]) / k, width)
        let y = inside((a[3] * u + a[4] * v + a[5]) / k, height)
        func place(_ row: Double, _ column: Double) -> [Int]? {
            (0..<Double(height)).contains(row) && (0..<Double(width)).contains(column) ? [Int(row), Int(column)] : nil
        }
        switch interpolation {
        case .nearest: return [(place(y.rounded(), x.rounded()), 1)]
        case .bilinear:
            let (top, left) = (y.rounded(.down), x.rounded(.down))
            return [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)].map { row, column in
                (place(row, column), (1 - abs(y - row)) * (1 - abs(x - column)))
            }
        }
    }

    /// The coordinate within an extent that stands for another.
    private func inside(_ coordinate: Double, _ extent: Int) -> Double {
        let n = Double(extent)
        var v = coordinate
        switch fill {
        case .constant: return v
        case .nearest: break
        case .reflect where v < 0:
            v += 2 * n * (-v / (2 * n)).rounded(.towardZero)
            v = v < -n ? v + 2 * n : -v - 1
        case .reflect where v > n - 1:
            v -= 2 * n * (v / (2 * n)).rounded(.towardZero)
            if v >= n { v = 2 * n - v - 1 }
        case .wrap where v < 0: v = extent == 1 ? 0 : v + n * ((-v / (n - 1)).rounded(.towardZero) + 1)
        case .wrap where v > n - 1: v = extent == 1 ? 0 : v - n * (v / (n - 1)).rounded(.towardZero)
        case .reflect, .wrap: break
        }
        return min(max(v, 0), n - 1)
    }
}
