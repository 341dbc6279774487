import Graph
import Kernels
import Tensors

extension Lowering {
    mutating func lowerConvolution(_ site: Site) throws -> (Frame) -> Void {
        let (first, second, y) = (site.inputs[0], site.inputs[1], site.outputs[0])
        switch site.node.op {
        case .convolution(let geometry, let hasBias, let activation):
            let kernel = try ConvolutionForward(
                geometry, hasBias: hasBias, activation: activation, precision: site.precision)
            reserve(scratch: kernel.scratchBytes)
            let bias = hasBias ? site.inputs[2] : nil
            let packed = packed(site.node.inputs[1], bytes: kernel.packedBytes) { frame, packed in
                kernel.pack(kernel: frame[second], into: packed, scratch: frame.scratch)
            }
            if let packed {
                return { frame in
                    kernel.run(
                        frame[first], packed: packed.address, bias: bias.map { UnsafePointer(frame[$0]) },
                        into: frame[y], scratch: frame.scratch)
                }
            }
            return { frame in
                kernel.run(
                    frame[first], kernel: frame[second], bias: bias.map { UnsafePointer(frame[$0]) }, into: frame[y],
                    scratch: frame.scratch)
            }
        case .convolutionInputGradient(let geometry):
            let kernel = try ConvolutionBackwardData(geometry, precision: site.precision)
            reserve(scratch: kernel.scratchBytes)
            let packed = packed(site.node.inputs[1], bytes: kernel.packedBytes) { frame, packed in
                kernel.pack(kernel: frame[second], into: packed, scratch: frame.scratch)
            }
            if let packed {
                return { kernel.run($0[first], packed: packed.address, into: $0[y], scratch: $0.scratch) }
            }
            return { kernel.run($0[first], kernel: $0[second], into: $0[y], scratch: $0.scratch) }
        case .convolutionKernelGradient(let geometry, let hasBias):
            let kernel = try ConvolutionBackwardKernel(geometry, hasBias: hasBias, precision: site.precision)
            reserve(scratch: kernel.scratchBytes)
            let bias = hasBias ? site.outputs[1] : nil
            return { frame in
                kernel.run(
                    frame[first], frame[second], into: frame[y], bias: bias.map { frame[$0] }, scratch: frame.scratch)
            }
        default: preconditionFailure("\(site.node.op.name) is not a convolution")
        }
    }

    mutating func lowerPooling(_ site: Site) throws -> (Frame) -> Void {
        let (x, y) = (site.inputs[0], site.outputs[0])
        switch site.node.op {
        case .pooling(let mode, let geometry, let keepsIndices):
            let kernel = try Pooling(mode, geometry, precision: site.precision)
            reserve(scratch: kernel.scratchBytes)
            let indices = keepsIndices ? site.outputs[1] : nil
            return { frame in
                kernel.forward(
                    frame[x], into: frame[y], places: indices.map { UnsafeMutableRawPointer(frame[$0]) },
                    scratch: frame.scratch)
            }
        case .poolingGradient(let mode, let geometry):
            let kernel = try Pooling(mode, geometry, precision: site.precision)
            reserve(scratch: kernel.scratchBytes)
            let indices = mode == .maximum ? site.inputs[1] : nil
            return { frame in
                kernel.backward(
                    frame[x], places: indices.map { UnsafeRawPointer(frame[$0]) }, into: frame[y],
                    scratch: frame.scratch)
            }
        default: preconditionFailure("\(site.node.op.name) is not pooling")
        }
    }
}

/// A kernel that stays, reordered before the first run.
final class PackedKernel {
    private let slab: Slab
    let address: UnsafeMutableRawPointer

    init(bytes: Int) {
        slab = Slab(count: bytes / MemoryLayout<Float>.stride)
        address = UnsafeMutableRawPointer(slab.pointer)
    }
}
