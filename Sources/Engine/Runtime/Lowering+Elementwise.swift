import Graph
import Kernels
import Tensors

extension Lowering {
    func lowerCast(_ site: Site) -> (Frame) -> Void {
        let (x, y, count) = (site.inputs[0], site.outputs[0], site.count)
        switch (site.precision, site.node.outputs[0].dataType) {
        case (.float32, .bfloat16): return { Conversion.narrow($0[x], into: $0[y], count: count) }
        case (.bfloat16, .float32): return { Conversion.widen($0[x], into: $0[y], count: count) }
        default: preconditionFailure("a cast that changes nothing")
        }
    }

    func lowerElementwise(_ site: Site) -> (Frame) -> Void {
        let (x, y, count, precision) = (site.inputs[0], site.outputs[0], site.count, site.precision)
        switch site.node.op {
        case .unary(let function):
            return { Elementwise.unary(function, $0[x], into: $0[y], count: count, precision: precision) }
        case .unaryGradient(let function):
            let dy = site.inputs[1]
            return {
                Elementwise.unaryGradient(
                    function, saved: $0[x], outputGradient: $0[dy], into: $0[y], count: count, precision: precision)
            }
        case .binary(let function):
            let b = site.inputs[1]
            if site.inputShapes[0] == site.inputShapes[1] {
                return {
                    Elementwise.binary(function, $0[x], $0[b], into: $0[y], count: count, precision: precision)
                }
            }
            let plan = BroadcastPlan(a: site.inputShapes[0], b: site.inputShapes[1])
            return { Elementwise.binary(function, $0[x], $0[b], into: $0[y], plan: plan) }
        case .scale(let factor):
            return { Elementwise.scale($0[x], by: factor, into: $0[y], count: count, precision: precision) }
        case .identity:
            let bytes = site.node.outputs[0].bytes
            return {
                if $0[y] != $0[x] { UnsafeMutableRawPointer($0[y]).copyMemory(from: $0[x], byteCount: bytes) }
            }
        case .select:
            let (a, b) = (site.inputs[1], site.inputs[2])
            let shapes = site.inputShapes
            let repeats = (shapes[0] == .scalar, shapes[1] == .scalar, shapes[2] == .scalar)
            return { Elementwise.select($0[x], $0[a], $0[b], into: $0[y], count: count, repeating: repeats) }
        default: preconditionFailure("\(site.node.op.name) is not element-wise")
        }
    }

    func lowerRandom(_ site: Site) -> (Frame) -> Void {
        let (y, count, precision) = (site.outputs[0], site.count, site.precision)
        switch site.node.op {
        case .dropout(let rate, let substream):
            let x = site.inputs[0]
            return {
                Dropout.run(
                    $0[x], into: $0[y], count: count, rate: rate, seed: $0.seed, substream: substream, step: $0.step,
                    precision: precision)
            }
        case .random(let distribution, _, let substream):
            return {
                RandomNumbers.fill(
                    $0[y], count: count, from: distribution, seed: $0.seed, substream: substream, step: $0.step)
            }
        default: preconditionFailure("\(site.node.op.name) draws no numbers")
        }
    }

    mutating func lowerLinear(_ site: Site) throws -> (Frame) -> Void {
        let (a, b, c) = (site.inputs[0], site.inputs[1], site.outputs[0])
        let (left, right, output) = (site.inputShapes[0], site.inputShapes[1], site.outputShape)
        switch site.node.op {
        case .matmul(let ta, let tb):
            let (m, n, k) = (output[-2], output[-1], ta ? left[-2] : left[-1])
            let batch = output.dimensions.dropLast(2).reduce(1, *)
            if batch == 1, site.precision == .bfloat16 || Product.pays(rows: m, columns: n, inner: k) {
                let product = try Product(
                    rows: m, columns: n, inner: k, transposed: (ta, tb), precision: site.precision)
                reserve(scratch: product.scratchBytes)
                return { product.run($0[a], $0[b], into: $0[c], scratch: $0.scratch) }
            }
            return {
                GEMM.multiply(
                    $0[a], transposed: ta, $0[b], transposed: tb, into: $0[c], rows: m, columns: n, inner: k,
                    batch: batch)
            }
        case .linear(let hasBias, let activation):
            let (m, n, k) = (output[0], output[1], right[0])
            let bias = hasBias ? site.inputs[2] : nil
            let hasEpilogue = hasBias || activation != nil
            var product: Product?
            if site.precision == .bfloat16 || Product.pays(rows: m, columns: n, inner: k) {
                product = try Product(
                    rows: m, columns: n, inner: k, transposed: (false, false), precision: site.precision)
            }
            reserve(scratch: product?.scratchBytes ?? 0)
            return { [product] frame in
                if let product {
                    product.run(frame[a], frame[b], into: frame[c], scratch: frame.scratch)
                } else {
                    GEMM.multiply(
                        frame[a], transposed: false, frame[b], transposed: false, into: frame[c], rows: m, columns: n,
                        inner: k)
                }
                guard hasEpilogue else { return }
                Elementwise.addBias(
                    frame[c], bias: bias.map { UnsafePointer(frame[$0]) }, activation: activation, into: frame[c],
                    rows: m, columns: n)
            }
        default: preconditionFailure("\(site.node.op.name) is not linear algebra")
        }
    }
}
