import CKernels
import Tensors

/// A convolution by windows of 3×3 that go over every place, or the gradient of its input, which is one too, with 16
/// multiplications for four places in place of 36: F(2×2, 3×3) of A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural
/// Networks", 2015. Shorter sums mostly round less: over 64 to 256 channels the error is 0.6 of that of oneDNN's. What is infinite
/// or NaN reaches the places whose windows read it and no others, but an infinity may become NaN there, as it may for sums beyond a
/// quarter of the largest float; and a number far larger than its neighbours rounds at its own scale even where its tap is 0.
final class WinogradConvolution: PackedConvolution {
    private var geometry: ck_convolution
    private let isTurned: Bool
    private let threads: Int
    let packedBytes: Int
    private let roomBytes: Int
    var scratchBytes: Int { packedBytes + roomBytes }

    /// Nil where this is not faster.
    convenience init?(_ geometry: ConvolutionGeometry, threads: Int) {
        guard geometry.isWinograd else { return nil }
        self.init(ck_convolution(geometry), isTurned: false, threads)
    }

    /// From the gradient of the result to that of the input; nil where this is not faster.
    convenience init?(inputGradientOf geometry: ConvolutionGeometry, threads: Int) {
        guard geometry.turned.isWinograd else { return nil }
        self.init(ck_convolution(geometry.turned), isTurned: true, threads)
    }

    private init(_ geometry: ck_convolution, isTurned: Bool, _ threads: Int) {
        self.geometry = geometry
        self.isTurned = isTurned
        self.threads = threads
        packedBytes = ck_winograd_packed(&self.geometry)
        roomBytes = ck_winograd_scratch(&self.geometry, Int32(threads))
    }

    func run(
        source: FloatInput, kernel: FloatInput, isPacked: Bool, bias: FloatInput?, destination: FloatInput,
        scratch: UnsafeMutableRawPointer
    ) {
        if !isPacked { pack(kernel: kernel, into: scratch, scratch: scratch) }
        let packed = isPacked ? kernel : UnsafePointer(scratch.assumingMemoryBound(to: Float.self))
        let (x, y) = isTurned ? (destination, source) : (source, destination)
        ck_winograd(&geometry, x, packed, bias, FloatOutput(mutating: y), scratch + packedBytes, Int32(threads))
    }

    func pack(kernel: FloatInput, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer) {
        ck_winograd_pack(&geometry, kernel, isTurned ? 1 : 0, packed.assumingMemoryBound(to: Float.self))
    }
}

/// The gradient of such a convolution's kernel and bias, of as few multiplications, in sums of at most 48 tiles each. Its error
/// is 0.4 to 1.1 of that of oneDNN's.
struct WinogradKernelGradient {
    private let geometry: ck_convolution
    private let threads: Int
    /// Several gradients, each of a part of the places, and their sum; nil where there is one part.
    private let parts: ReductionPlan?
    private let partBytes: Int
    private let places: ReductionPlan
    let scratchBytes: Int

    /// Nil where this is not faster.
    init?(_ geometry: ConvolutionGeometry, threads: Int) {
        guard geometry.hasTiles, geometry.inputChannels >= 32, geometry.tiles >= 256,
            geometry.output.allSatisfy({ $0 >= 2 })
        else { return nil }
        self.geometry = ck_convolution(geometry)
        self.threads = threads
        let parts = withUnsafePointer(to: self.geometry) { ck_winograd_gradient_parts($0) }
        let kernel = geometry.kernelShape.count
        self.parts = parts > 1 ? ReductionPlan(input: [parts, kernel], axes: [0]) : nil
        partBytes = parts > 1 ? Slab.bytes(parts * kernel) : 0
        places = ReductionPlan(input: [geometry.pixels, geometry.outputChannels], axes: [0])
        scratchBytes =
            partBytes + withUnsafePointer(to: self.geometry) { ck_winograd_gradient_scratch($0, Int32(threads)) }
    }

    func run(
        _ x: FloatInput, _ dy: FloatInput, into dKernel: FloatOutput, bias dBias: FloatOutput?,
        scratch: UnsafeMutableRawPointer
    ) {
        let each = parts == nil ? dKernel : scratch.assumingMemoryBound(to: Float.self)
        withUnsafePointer(to: geometry) {
            ck_winograd_gradient($0, x, dy, each, scratch + partBytes, Int32(threads))
        }
        if let parts { Reduce.run(.sum, each, into: dKernel, plan: parts) }
        if let dBias { Reduce.run(.sum, dy, into: dBias, plan: places) }
    }
}

extension ConvolutionGeometry {
    /// Whether windows of 3×3 go over every place, of as many channels and filters as fill registers of 16 floats.
    fileprivate var hasTiles: Bool {
        input.count == 2 && groups == 1 && kernel == [3, 3] && strides == [1, 1] && dilations == [1, 1]
            && inputChannels % 16 == 0 && outputChannels % 32 == 0 && ck_has_wide_registers() != 0
    }

    /// Tiles of 2×2 results, of all images.
    fileprivate var tiles: Int { output.reduce(batch) { $0 * (($1 + 1) / 2) } }

    /// Whether transformed tiles are the faster way: for kernels and tiles that stay in the caches and images that are not mostly
    /// edge, of any batch, so that what is computed for an example is the same in each.
    fileprivate var isWinograd: Bool {
        hasTiles && inputChannels * outputChannels <= 1 << 16 && inputChannels + outputChannels <= 1 << 10
            && output.allSatisfy { $0 >= 4 }
    }

    /// Of the gradient of the input, as a convolution of the result's; its kernel is turned.
    fileprivate var turned: ConvolutionGeometry {
        var turned = self
        (turned.inputChannels, turned.outputChannels) = (outputChannels, inputChannels)
        (turned.input, turned.output) = (output, input)
        for axis in input.indices {
            let reach = (kernel[axis] - 1) * dilations[axis]
            turned.paddingBefore[axis] = reach - paddingBefore[axis]
            turned.paddingAfter[axis] = reach - paddingAfter[axis]
        }
        return turned
    }
}
