import Graph
import Kernels
import Tensors

extension Lowering {
    func lowerShaping(_ site: Site) -> (Frame) -> Void {
        let (x, y) = (site.inputs[0], site.outputs[0])
        let (shape, output, precision) = (site.inputShapes[0], site.outputShape, site.precision)
        switch site.node.op {
        case .transpose(let order):
            let plan = CopyPlan(
                shape: output, sourceOffset: 0, sourceStrides: order.map { shape.strides[$0] },
                destinationOffset: 0, destinationStrides: output.strides)
            return { Copy.run($0[x], into: $0[y], plan: plan, precision: precision) }
        case .slice(let starts, let sizes, let strides):
            let plan = CopyPlan(
                shape: Shape(sizes), sourceOffset: shape.position(starts),
                sourceStrides: zip(shape.strides, strides).map { $0 * $1 }, destinationOffset: 0,
                destinationStrides: output.strides)
            return { Copy.run($0[x], into: $0[y], plan: plan, precision: precision) }
        case .pad(let before, _, let interior):
            let plan = CopyPlan(
                shape: shape, sourceOffset: 0, sourceStrides: shape.strides,
                destinationOffset: output.position(before),
                destinationStrides: zip(output.strides, interior).map { $0 * ($1 + 1) })
            return {
                Elementwise.clear($0[y], count: output.count, precision: precision)
                Copy.run($0[x], into: $0[y], plan: plan, precision: precision)
            }
        case .reverse(let axes):
            let last = shape.dimensions.enumerated().map { axes.contains($0) ? max($1 - 1, 0) : 0 }
            let plan = CopyPlan(
                shape: shape, sourceOffset: shape.position(last),
                sourceStrides: shape.strides.enumerated().map { axes.contains($0) ? -$1 : $1 }, destinationOffset: 0,
                destinationStrides: shape.strides)
            return { Copy.run($0[x], into: $0[y], plan: plan, precision: precision) }
        case .concatenate(let axis): return lowerConcatenation(site, axis: axis)
        default: preconditionFailure("\(site.node.op.name) does not change a shape")
        }
    }

    private func lowerConcatenation(_ site: Site, axis: Int) -> (Frame) -> Void {
        let (y, output) = (site.outputs[0], site.outputShape)
        var start = 0
        let parts = site.inputs.indices.map { index in
            let part = site.inputShapes[index]
            defer { start += part[axis] }
            return (
                site.inputs[index],
                CopyPlan(
                    shape: part, sourceOffset: 0, sourceStrides: part.strides,
                    destinationOffset: start * output.strides[axis], destinationStrides: output.strides)
            )
        }
        let precision = site.precision
        return { frame in
            for (input, plan) in parts { Copy.run(frame[input], into: frame[y], plan: plan, precision: precision) }
        }
    }

    func lowerIndexing(_ site: Site) -> (Frame) -> Void {
        let (first, second, y) = (site.inputs[0], site.inputs[1], site.outputs[0])
        switch site.node.op {
        case .gather:
            let (rows, count) = (site.inputShapes[0][0], site.inputShapes[1].count)
            let width = site.inputShapes[0].droppingFirst.count
            return {
                Indexing.gather($0[first], at: $0[second], into: $0[y], count: count, rows: rows, width: width)
            }
        case .scatterAdd(let rows):
            let (count, width) = (site.inputShapes[0].count, site.outputShape.droppingFirst.count)
            return {
                Indexing.scatterAdd($0[second], at: $0[first], into: $0[y], count: count, rows: rows, width: width)
            }
        default: preconditionFailure("\(site.node.op.name) does not look up rows")
        }
    }

    func lowerSampling(_ site: Site) -> (Frame) -> Void {
        let (images, transforms, y) = (site.inputs[0], site.inputs[1], site.outputs[0])
        switch site.node.op {
        case .affineSample(let sampling):
            let sampler = AffineSampler(sampling, input: site.inputShapes[0])
            return { sampler.forward($0[images], transforms: $0[transforms], into: $0[y]) }
        case .affineSampleGradient(let sampling, _):
            let sampler = AffineSampler(sampling, input: site.outputShape)
            return { sampler.backward($0[images], transforms: $0[transforms], into: $0[y]) }
        default: preconditionFailure("\(site.node.op.name) does not sample images")
        }
    }
}

extension Shape {
    /// The row-major position of an element.
    fileprivate func position(_ index: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }
}
