import CKernels
import Tensors

/// y = activation(x ⋆ kernel + bias), by `WinogradConvolution` where that is faster, else through oneDNN. Kernels are
/// reordered into the layout the primitive prefers on each run, or once through `pack`. Activations stay channels last: on a Zen 4 core the layouts oneDNN would choose
/// itself are at most 6 % faster on 3×3 convolutions of 32 channels, 78 to 83 GFLOP/s where a product reaches 100.
///
/// The activation is a pass of its own, for half a percent of such a network's step: oneDNN's ReLU makes NaN a 0, and a
/// run that has diverged would look sound.
package final class ConvolutionForward {
    private let way: any PackedConvolution
    private let activation: UnaryFunction?
    private let precision: Precision
    private let count: Int
    /// Bytes of scratch memory a run needs, aligned to 64.
    package var scratchBytes: Int { way.scratchBytes }
    /// Bytes of a packed kernel.
    package var packedBytes: Int { way.packedBytes }

    /// - Parameters:
    ///   - precision: of x and y; the kernel is float32, and rounded while it is reordered.
    ///   - threads: how many every run will use.
    /// - Throws: `UnsupportedKernelError`.
    package init(
        _ geometry: ConvolutionGeometry, hasBias: Bool, activation: UnaryFunction?, precision: Precision = .float32,
        threads: Int = Parallel.threads
    ) throws {
        if precision == .float32, let fast = WinogradConvolution(geometry, threads: threads) {
            way = fast
        } else {
            way = try ConvolutionPrimitive(.forward, geometry, precision, hasBias: hasBias, threads: threads)
        }
        self.precision = precision
        self.activation = activation
        count = geometry.outputShape.count
    }

    package func run(
        _ x: FloatInput, kernel: FloatInput, bias: FloatInput?, into y: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        way.run(source: x, kernel: kernel, isPacked: false, bias: bias, destination: y, scratch: scratch)
        activate(y)
    }

    /// Reorders a kernel that stays, once.
    package func pack(kernel: FloatInput, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer) {
        way.pack(kernel: kernel, into: packed, scratch: scratch)
    }

    package func run(
        _ x: FloatInput, packed: UnsafeRawPointer, bias: FloatInput?, into y: FloatOutput,
        scratch: UnsafeMutableRawPointer
    ) {
        let kernel = packed.assumingMemoryBound(to: Float.self)
        way.run(source: x, kernel: kernel, isPacked: true, bias: bias, destination: y, scratch: scratch)
        activate(y)
    }

    private func activate(_ y: FloatOutput) {
        if let activation { Elementwise.unary(activation, y, into: y, count: count, precision: precision) }
    }
}

/// The gradient of a convolution with respect to its input; also a transposed convolution.
package final class ConvolutionBackwardData {
    private let way: any PackedConvolution
    package var scratchBytes: Int { way.scratchBytes }
    /// Bytes of a packed kernel.
    package var packedBytes: Int { way.packedBytes }

    /// - Parameter precision: of both gradients.
    /// - Throws: `UnsupportedKernelError`.
    package init(
        _ geometry: ConvolutionGeometry, precision: Precision = .float32, threads: Int = Parallel.threads
    ) throws {
        if precision == .float32, let fast = WinogradConvolution(inputGradientOf: geometry, threads: threads) {
            way = fast
        } else {
            way = try ConvolutionPrimitive(.inputGradient, geometry, precision, hasBias: false, threads: threads)
        }
    }

    package func run(
        _ dy: FloatInput, kernel: FloatInput, into dx: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        way.run(source: dx, kernel: kernel, isPacked: false, bias: nil, destination: dy, scratch: scratch)
    }

    /// Reorders a kernel that stays, once.
    package func pack(kernel: FloatInput, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer) {
        way.pack(kernel: kernel, into: packed, scratch: scratch)
    }

    package func run(
        _ dy: FloatInput, packed: UnsafeRawPointer, into dx: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        let kernel = packed.assumingMemoryBound(to: Float.self)
        way.run(source: dx, kernel: kernel, isPacked: true, bias: nil, destination: dy, scratch: scratch)
    }
}

/// The gradient of a convolution with respect to its kernel and bias. That of a kernel of one tap which goes over every
/// pixel is a product, and so is that over few places, of what the windows see written out; that of a small kernel over one
/// channel is a loop of our own; windows of 3×3 go by `WinogradKernelGradient`; in bfloat16 oneDNN does all of them, and gives
/// float32.
package final class ConvolutionBackwardKernel {
    private enum Way {
        case primitive(ConvolutionPrimitive)
        /// With the sum over all pixels that is the bias' gradient; of what the windows see, where they are written out.
        case product(Product, ReductionPlan, columns: Columns?)
        case loop(ck_convolution)
        case tiles(WinogradKernelGradient)
    }

    /// What the windows see, at the beginning of the scratch memory.
    private struct Columns {
        let geometry: ck_convolution
        let bytes: Int
    }

    private let way: Way
    package let scratchBytes: Int

    /// - Parameter precision: of x and dy.
    /// - Throws: `UnsupportedKernelError`.
    package init(
        _ geometry: ConvolutionGeometry, hasBias: Bool, precision: Precision = .float32,
        threads: Int = Parallel.threads
    ) throws {
        let pixels = geometry.pixels
        if precision == .float32, let fast = WinogradKernelGradient(geometry, threads: threads) {
            way = .tiles(fast)
            scratchBytes = fast.scratchBytes
        } else if precision == .float32, let bytes = geometry.columnBytes {
            let product = try Product(
                rows: geometry.seen, columns: geometry.outputChannels, inner: pixels, transposed: (true, false),
                threads: threads)
            way = .product(
                product, ReductionPlan(input: [pixels, geometry.outputChannels], axes: [0]),
                columns: bytes > 0 ? Columns(geometry: ck_convolution(geometry), bytes: bytes) : nil)
            scratchBytes = bytes + product.scratchBytes
        } else if precision == .float32, geometry.sumsInRegisters {
            var small = ck_convolution(geometry)
            way = .loop(small)
            scratchBytes = ck_kernel_gradient_scratch(&small)
        } else {
            let primitive = try ConvolutionPrimitive(
                .kernelGradient, geometry, precision, hasBias: hasBias, threads: threads)
            way = .primitive(primitive)
            scratchBytes = primitive.scratchBytes
        }
    }

    package func run(
        _ x: FloatInput, _ dy: FloatInput, into dKernel: FloatOutput, bias dBias: FloatOutput?,
        scratch: UnsafeMutableRawPointer
    ) {
        switch way {
        case .primitive(let primitive):
            let bias = dBias.map { UnsafePointer($0) }
            primitive.run(
                source: x, kernel: dKernel, isPacked: false, bias: bias, destination: dy, scratch: scratch)
        case .product(let product, let sums, let columns):
            var seen = x
            if let columns {
                let written = scratch.assumingMemoryBound(to: Float.self)
                withUnsafePointer(to: columns.geometry) { ck_columns($0, x, written) }
                seen = UnsafePointer(written)
            }
            product.run(seen, dy, into: dKernel, scratch: scratch + (columns?.bytes ?? 0))
            if let dBias { Reduce.run(.sum, dy, into: dBias, plan: sums) }
        case .tiles(let fast):
            fast.run(x, dy, into: dKernel, bias: dBias, scratch: scratch)
        case .loop(let geometry):
            withUnsafePointer(to: geometry) { ck_kernel_gradient($0, x, dy, dKernel, dBias, scratch) }
        }
    }
}

extension ck_convolution {
    /// - Precondition: two spatial dimensions, one group.
    init(_ geometry: ConvolutionGeometry) {
        self.init()
        (batch, channels, filters) = (geometry.batch, geometry.inputChannels, geometry.outputChannels)
        (height, width) = (geometry.input[0], geometry.input[1])
        (output_height, output_width) = (geometry.output[0], geometry.output[1])
        window = (geometry.kernel[0], geometry.kernel[1])
        strides = (geometry.strides[0], geometry.strides[1])
        dilations = (geometry.dilations[0], geometry.dilations[1])
        before = (geometry.paddingBefore[0], geometry.paddingBefore[1])
    }
}

extension ConvolutionGeometry {
    /// Places of the result, of all images.
    var pixels: Int { output.reduce(batch, *) }

    /// Numbers that a window sees.
    fileprivate var seen: Int { kernel.reduce(inputChannels, *) }

    /// Whether the loop is the faster way to a kernel's gradient: sums of up to nine taps stay in registers.
    fileprivate var sumsInRegisters: Bool {
        input.count == 2 && groups == 1 && outputChannels % 16 == 0 && seen <= 9
    }

    /// Bytes of what all windows see, in whole cache lines, where a product of it is the faster way to a kernel's gradient; 0
    /// where that is the input as it is. oneDNN's gradients lose half where windows leave pixels out, and a fifth where there
    /// are few places in an image. Nil elsewhere, where it is more than the caches are for, and where many places of one tap
    /// are made four times as wide: of such products oneDNN's own gradient is the faster.
    fileprivate var columnBytes: Int? {
        guard groups == 1, Product.pays(rows: seen, columns: outputChannels, inner: pixels) else { return nil }
        let places = output.reduce(1, *)
        if isPointwise { return places > 256 && inputChannels >= 64 && outputChannels >= 4 * inputChannels ? nil : 0 }
        let bytes = Slab.bytes(pixels * seen)
        guard input.count == 2, !sumsInRegisters, bytes <= 16 << 20,
            places <= 64 || strides.contains(where: { $0 > 1 })
        else { return nil }
        return bytes
    }

    /// Whether every pixel of the result is made of the one at its place.
    fileprivate var isPointwise: Bool {
        groups == 1 && kernel.allSatisfy { $0 == 1 } && strides.allSatisfy { $0 == 1 } && input == output
            && (paddingBefore + paddingAfter).allSatisfy { $0 == 0 }
    }
}
