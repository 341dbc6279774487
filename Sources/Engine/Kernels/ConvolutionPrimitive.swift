import COneDNN
import Tensors

/// A shape that oneDNN cannot compute, as one sentence.
package struct UnsupportedKernelError: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, status: od_status) {
        description = "oneDNN cannot compute \(what) (status \(status))"
    }
}

/// A way to compute a convolution, or the gradient of its input, with a kernel that may be packed once and stay.
protocol PackedConvolution {
    /// Bytes of scratch memory a run needs, aligned to 64.
    var scratchBytes: Int { get }
    /// Bytes of a packed kernel.
    var packedBytes: Int { get }

    /// - Parameters:
    ///   - source: the input, or its gradient, which is then written.
    ///   - destination: the result, which is then written, or its gradient.
    func run(
        source: FloatInput, kernel: FloatInput, isPacked: Bool, bias: FloatInput?, destination: FloatInput,
        scratch: UnsafeMutableRawPointer)
    func pack(kernel: FloatInput, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer)
}

/// Owns one oneDNN primitive, which runs on as many threads as it was made for: its scratch memory has room for those.
final class ConvolutionPrimitive: PackedConvolution {
    private let pointer: OpaquePointer
    private let threads: Int
    var scratchBytes: Int { od_convolution_scratch(pointer) }
    var packedBytes: Int { od_convolution_packed(pointer) }

    /// What is computed.
    enum Direction {
        case forward, inputGradient, kernelGradient

        var code: od_direction {
            switch self {
            case .forward: OD_FORWARD
            case .inputGradient: OD_BACKWARD_DATA
            case .kernelGradient: OD_BACKWARD_WEIGHTS
            }
        }
    }

    init(
        _ direction: Direction, _ geometry: ConvolutionGeometry, _ precision: Precision, hasBias: Bool, threads: Int
    ) throws {
        Parallel.enter(threads: threads)
        self.threads = threads
        var description = od_convolution_geometry(geometry)
        var result: OpaquePointer?
        let status = od_convolution_create(
            &result, direction.code, precision.type, &description, hasBias ? 1 : 0)
        guard status == 0, let result else {
            throw UnsupportedKernelError(
                "a convolution of \(geometry.inputShape) with a kernel of \(geometry.kernelShape)", status: status)
        }
        pointer = result
    }

    deinit { od_convolution_destroy(pointer) }

    func run(
        source: FloatInput, kernel: FloatInput, isPacked: Bool, bias: FloatInput?, destination: FloatInput,
        scratch: UnsafeMutableRawPointer
    ) {
        Parallel.enter(threads: threads)
        od_convolution_run(pointer, source, kernel, isPacked ? 1 : 0, bias, destination, scratch)
    }

    func pack(kernel: FloatInput, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer) {
        Parallel.enter(threads: threads)
        od_convolution_pack(pointer, kernel, packed, scratch)
    }
}

extension od_convolution_geometry {
    fileprivate init(_ geometry: ConvolutionGeometry) {
        self.init()
        batch = Int64(geometry.batch)
        input_channels = Int64(geometry.inputChannels)
        output_channels = Int64(geometry.outputChannels)
        groups = Int64(geometry.groups)
        span = od_span(
            input: geometry.input, output: geometry.output, window: geometry.kernel, strides: geometry.strides,
            before: geometry.paddingBefore, after: geometry.paddingAfter)
        dilations = spread(geometry.dilations)
    }
}

extension od_span {
    init(input: [Int], output: [Int], window: [Int], strides: [Int], before: [Int], after: [Int]) {
        self.init(
            rank: Int32(input.count), input: spread(input), output: spread(output), window: spread(window),
            strides: spread(strides), padding_before: spread(before), padding_after: spread(after))
    }
}

/// Up to three numbers as a C array.
private func spread(_ values: [Int]) -> (Int64, Int64, Int64) {
    precondition((1...3).contains(values.count), "one to three spatial dimensions")
    let padded = values.map(Int64.init) + [0, 0]
    return (padded[0], padded[1], padded[2])
}
