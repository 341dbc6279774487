import Graph
import Tensors

extension GraphInterpreter {
    func shaping(_ op: Op, _ inputs: [DoubleArray], _ output: Shape) -> [Double] {
        let x = inputs[0]
        var y = [Double](repeating: 0, count: output.count)
        switch op {
        case .reshape: return x.values
        case .transpose(let order):
            x.shape.forEachIndex { index in
                y[output.position(order.map { index[$0] })] = x.values[x.shape.position(index)]
            }
        case .slice(let starts, _, let strides):
            output.forEachIndex { index in
                let place = index.indices.map { starts[$0] + index[$0] * strides[$0] }
                y[output.position(index)] = x.values[x.shape.position(place)]
            }
        case .pad(let before, _, let interior):
            x.shape.forEachIndex { index in
                let place = index.indices.map { before[$0] + index[$0] * (interior[$0] + 1) }
                y[output.position(place)] = x.values[x.shape.position(index)]
            }
        case .reverse(let axes):
            x.shape.forEachIndex { index in
                let place = index.indices.map { axes.contains($0) ? x.shape[$0] - 1 - index[$0] : index[$0] }
                y[output.position(place)] = x.values[x.shape.position(index)]
            }
        case .concatenate(let axis):
            var start = 0
            for part in inputs {
                part.shape.forEachIndex { index in
                    var moved = index
                    moved[axis] += start
                    y[output.position(moved)] = part.values[part.shape.position(index)]
                }
                start += part.shape[axis]
            }
        default: preconditionFailure("\(op.name) does not change a shape")
        }
        return y
    }

    func reduce(_ reduction: Reduction, _ x: DoubleArray, _ axes: [Int]) -> [Double] {
        let shape = x.shape.removing(axes: axes)
        let first = reduction == .maximum ? -Double.infinity : 0
        var y = [Double](repeating: first, count: shape.count)
        x.shape.forEachIndex { index in
            let target = shape.position(removing(axes, from: index))
            let value = x.values[x.shape.position(index)]
            y[target] = reduction == .maximum ? max(y[target], value) : y[target] + value
        }
        guard reduction == .mean else { return y }
        let count = axes.reduce(1) { $0 * x.shape[$1] }
        return y.map { $0 / Double(count) }
    }

    func expand(_ x: DoubleArray, _ shape: Shape, _ axes: [Int], _ scale: Double) -> [Double] {
        var y: [Double] = []
        shape.forEachIndex { y.append(x.values[x.shape.position(removing(axes, from: $0))] * scale) }
        return y
    }

    private func removing(_ axes: [Int], from index: [Int]) -> [Int] {
        index.indices.filter { !axes.contains($0) }.map { index[$0] }
    }
}
