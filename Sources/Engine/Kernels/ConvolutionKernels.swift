import COneDNN
import Tensors

/// A shape that oneDNN cannot compute, as one sentence.
package struct UnsupportedKernelError: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, status: od_status) {
        description = "oneDNN cannot compute \(what) (status \(status))"
    }
}

/// y = activation(x ⋆ kernel + bias), through oneDNN. Kernels are reordered into the layout the primitive prefers on
/// each run, or once through `pack`.
package final class ConvolutionForward {
    private let primitive: ConvolutionPrimitive
    /// Bytes of scratch memory a run needs, aligned to 64.
    package var scratchBytes: Int { primitive.scratchBytes }
    /// Bytes of a packed kernel.
    package var packedBytes: Int { primitive.packedBytes }

    /// - Throws: `UnsupportedKernelError`.
    package init(_ geometry: ConvolutionGeometry, hasBias: Bool, activation: UnaryFunction?) throws {
        primitive = try ConvolutionPrimitive(OD_FORWARD, geometry, hasBias: hasBias, activation: activation)
    }

    /// Whether the function can be computed in the same sweep.
    package static func supports(activation: UnaryFunction) -> Bool {
        if case .relu(slope: 0, _, threshold: 0) = activation { true } else { false }
    }

    package func run(
        _ x: FloatInput, kernel: FloatInput, bias: FloatInput?, into y: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        od_convolution_run(primitive.pointer, x, kernel, 0, bias, y, scratch)
    }

    /// Reorders a kernel that stays, once.
    package func pack(kernel: FloatInput, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer) {
        od_convolution_pack(primitive.pointer, kernel, packed, scratch)
    }

    package func run(
        _ x: FloatInput, packed: UnsafeRawPointer, bias: FloatInput?, into y: FloatOutput,
        scratch: UnsafeMutableRawPointer
    ) {
        od_convolution_run(
            primitive.pointer, x, packed.assumingMemoryBound(to: Float.self), 1, bias, y, scratch)
    }
}

/// The gradient of a convolution with respect to its input; also a transposed convolution.
package final class ConvolutionBackwardData {
    private let primitive: ConvolutionPrimitive
    package var scratchBytes: Int { primitive.scratchBytes }

    /// - Throws: `UnsupportedKernelError`.
    package init(_ geometry: ConvolutionGeometry) throws {
        primitive = try ConvolutionPrimitive(OD_BACKWARD_DATA, geometry, hasBias: false, activation: nil)
    }

    package func run(
        _ dy: FloatInput, kernel: FloatInput, into dx: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        od_convolution_run(primitive.pointer, dx, kernel, 0, nil, dy, scratch)
    }
}

/// The gradient of a convolution with respect to its kernel and bias.
package final class ConvolutionBackwardKernel {
    private let primitive: ConvolutionPrimitive
    package var scratchBytes: Int { primitive.scratchBytes }

    /// - Throws: `UnsupportedKernelError`.
    package init(_ geometry: ConvolutionGeometry, hasBias: Bool) throws {
        primitive = try ConvolutionPrimitive(OD_BACKWARD_WEIGHTS, geometry, hasBias: hasBias, activation: nil)
    }

    package func run(
        _ x: FloatInput, _ dy: FloatInput, into dKernel: FloatOutput, bias dBias: FloatOutput?,
        scratch: UnsafeMutableRawPointer
    ) {
        od_convolution_run(primitive.pointer, x, dKernel, 0, dBias.map { UnsafePointer($0) }, dy, scratch)
    }
}

/// Owns one oneDNN primitive.
private final class ConvolutionPrimitive {
    let pointer: OpaquePointer
    var scratchBytes: Int { od_convolution_scratch(pointer) }
    var packedBytes: Int { od_convolution_packed(pointer) }

    init(
        _ direction: od_direction, _ geometry: ConvolutionGeometry, hasBias: Bool, activation: UnaryFunction?
    ) throws {
        var description = od_convolution_geometry(geometry)
        let (kind, clip): (od_activation, Float) =
            switch activation {
            case nil: (OD_NO_ACTIVATION, 0)
            case .relu(slope: 0, let maximum, threshold: 0): maximum == .infinity ? (OD_RELU, 0) : (OD_CLIP, maximum)
            case let other?: preconditionFailure("\(other) is not fused with convolutions")
            }
        var result: OpaquePointer?
        let status = od_convolution_create(&result, direction, &description, hasBias ? 1 : 0, kind, clip)
        guard status == 0, let result else {
            throw UnsupportedKernelError(
                "a convolution of \(geometry.inputShape) with a kernel of \(geometry.kernelShape)", status: status)
        }
        pointer = result
    }

    deinit { od_convolution_destroy(pointer) }
}

extension od_convolution_geometry {
    fileprivate init(_ geometry: ConvolutionGeometry) {
        self.init()
        batch = Int64(geometry.batch)
        input_channels = Int64(geometry.inputChannels)
        output_channels = Int64(geometry.outputChannels)
        groups = Int64(geometry.groups)
        rank = Int32(geometry.input.count)
        spread(geometry.input, to: &input)
        spread(geometry.output, to: &output)
        spread(geometry.kernel, to: &kernel)
        spread(geometry.strides, to: &strides)
        spread(geometry.dilations, to: &dilations)
        spread(geometry.paddingBefore, to: &padding_before)
        spread(geometry.paddingAfter, to: &padding_after)
    }
}

/// Up to three numbers into a C array.
func spread(_ values: [Int], to target: inout (Int64, Int64, Int64)) {
    precondition((1...3).contains(values.count), "one to three spatial dimensions")
    let padded = values.map(Int64.init) + [0, 0]
    target = (padded[0], padded[1], padded[2])
}
