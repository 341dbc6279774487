import Checkpoints
import Tensors

/// What has to be done to stored numbers before they are a layer's tensor. Everything but `summedHalves` only moves them.
struct WeightConversion: Hashable, Sendable {
    /// Per part: which of its axes becomes each axis of the result. Empty leaves them.
    var permutation: [Int] = []
    /// Axes turned around, after the permutation.
    var flipped: [Int] = []
    /// What is done once the parts are joined along the last axis.
    var whole = Whole.nothing
    /// The shape the tensor has in the end.
    let shape: Shape
    /// Why, for the ledger.
    var reason = ""

    enum Whole: Hashable, Sendable {
        case nothing
        /// (in, gates · units), gate by gate: cuDNN keeps (units, in) row-major in the place of (in, units).
        case cuDNNKernel(gates: Int, isFrom: Bool)
        /// (units, gates · units): every gate transposed.
        case transposedGates(Int)
        /// Two vectors of biases behind one another, added.
        case summedHalves
        /// One vector of biases, half of it twice.
        case doubledHalves
    }

    init(shape: Shape, reason: String = "") {
        self.shape = shape
        self.reason = reason
    }

    var isPlain: Bool { permutation.isEmpty && flipped.isEmpty && whole == .nothing }

    /// Writes the converted numbers of `weight` to `destination`: `shape.count` of them.
    func copy(_ weight: StoredWeight, to destination: UnsafeMutablePointer<Float>) {
        if isPlain, weight.parts.count == 1 {
            weight.parts[0].copy(to: destination)
            return
        }
        let joined = WeightConversion.joined(weight.parts.map { moved($0.read()) })
        let values = finished(joined)
        destination.update(from: values, count: min(values.count, shape.count))
    }

    /// The shape after the permutation.
    func permuted(_ shape: Shape) -> Shape {
        permutation.isEmpty ? shape : Shape(permutation.map { shape.dimensions[$0] })
    }

    private func moved(_ tensor: Tensor) -> Tensor {
        if permutation.isEmpty, flipped.isEmpty { return tensor }
        let target = permuted(tensor.shape)
        var strides = [Int](repeating: 1, count: tensor.shape.rank)
        for axis in stride(from: tensor.shape.rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * tensor.shape.dimensions[axis + 1]
        }
        if !permutation.isEmpty { strides = permutation.map { strides[$0] } }
        var start = 0
        for axis in flipped {
            start += (target.dimensions[axis] - 1) * strides[axis]
            strides[axis] = -strides[axis]
        }
        var values: [Float] = []
        values.reserveCapacity(target.count)
        WeightConversion.walk(target.dimensions[...], strides[...], from: start) { values.append(tensor.values[$0]) }
        return Tensor(shape: target, values: values)
    }

    private static func walk(
        _ extents: ArraySlice<Int>, _ strides: ArraySlice<Int>, from start: Int, _ visit: (Int) -> Void
    ) {
        guard let extent = extents.first, let stride = strides.first else { return visit(start) }
        for index in 0..<extent { walk(extents.dropFirst(), strides.dropFirst(), from: start + index * stride, visit) }
    }

    /// Tensors that agree but for their last extent, side by side.
    private static func joined(_ tensors: [Tensor]) -> Tensor {
        guard tensors.count > 1, let first = tensors.first else { return tensors[0] }
        let widths = tensors.map { $0.shape.dimensions.last ?? 1 }
        let rows = first.shape.count / max(widths[0], 1)
        var values: [Float] = []
        values.reserveCapacity(tensors.reduce(0) { $0 + $1.values.count })
        for row in 0..<rows {
            for (tensor, width) in zip(tensors, widths) {
                values.append(contentsOf: tensor.values[row * width..<(row + 1) * width])
            }
        }
        return Tensor(shape: Shape(first.shape.dimensions.dropLast() + [widths.reduce(0, +)]), values: values)
    }

    private func finished(_ tensor: Tensor) -> [Float] {
        let values = tensor.values
        switch whole {
        case .nothing: return values
        case .summedHalves:
            let half = values.count / 2
            return (0..<half).map { values[$0] + values[half + $0] }
        case .doubledHalves:
            let halved = values.map { 0.5 * $0 }
            return halved + halved
        case .cuDNNKernel(let gates, let isFrom):
            return WeightConversion.eachGate(tensor, gates) { block, rows, columns, row, column in
                // The other layout: the same memory read as (columns, rows).
                isFrom
                    ? block(row: (column * rows + row) / columns, column: (column * rows + row) % columns)
                    : block(row: (row * columns + column) % rows, column: (row * columns + column) / rows)
            }
        case .transposedGates(let gates):
            return WeightConversion.eachGate(tensor, gates) { block, _, _, row, column in
                block(row: column, column: row)
            }
        }
    }

    private struct Block {
        let values: [Float]
        let width: Int
        let start: Int

        func callAsFunction(row: Int, column: Int) -> Float { values[row * width + start + column] }
    }

    private static func eachGate(
        _ tensor: Tensor, _ gates: Int,
        _ value: (Block, _ rows: Int, _ columns: Int, _ row: Int, _ column: Int) -> Float
    ) -> [Float] {
        let (rows, width) = (tensor.shape.dimensions[0], tensor.shape.dimensions[1])
        let columns = width / gates
        var result = [Float](repeating: 0, count: tensor.values.count)
        for gate in 0..<gates {
            let block = Block(values: tensor.values, width: width, start: gate * columns)
            for row in 0..<rows {
                for column in 0..<columns {
                    result[row * width + gate * columns + column] = value(block, rows, columns, row, column)
                }
            }
        }
        return result
    }
}
