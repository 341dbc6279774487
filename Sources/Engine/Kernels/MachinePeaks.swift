import Tensors

/// What this machine reaches with this program's kernels, on as many threads as are configured: what a profile is held
/// against.
package struct MachinePeaks: Hashable, Sendable {
    /// Floating-point operations a second of a large matrix product.
    package let product: Double
    /// Of a convolution that suits the machine, all its multiplications done.
    package let convolution: Double
    /// Bytes a second, read and written, of an array that no cache holds.
    package let bandwidth: Double
    /// The first two of bfloat16; nil where nobody asks.
    package let reduced: Reduced?

    /// Floating-point operations a second of bfloat16.
    package struct Reduced: Hashable, Sendable {
        package let product: Double
        package let convolution: Double

        package init(product: Double, convolution: Double) {
            self.product = product
            self.convolution = convolution
        }
    }

    package init(product: Double, convolution: Double, bandwidth: Double, reduced: Reduced? = nil) {
        self.product = product
        self.convolution = convolution
        self.bandwidth = bandwidth
        self.reduced = reduced
    }

    /// Measures each by the best of the repetitions that fit into `seconds`.
    /// - Parameter precision: bfloat16: its rates as well.
    /// - Throws: `UnsupportedKernelError`.
    package static func measured(seconds: Double = 0.3, precision: Precision = .float32) throws -> MachinePeaks {
        var reduced: Reduced?
        if precision == .bfloat16 {
            reduced = Reduced(
                product: try reducedProduct(seconds), convolution: try convolution(seconds, precision: .bfloat16))
        }
        return MachinePeaks(
            product: product(seconds), convolution: try convolution(seconds), bandwidth: bandwidth(seconds),
            reduced: reduced)
    }

    /// (n, n) · (n, n) of bfloat16
    private static func reducedProduct(_ seconds: Double) throws -> Double {
        let n = 1024
        let product = try Product(rows: n, columns: n, inner: n, transposed: (false, false), precision: .bfloat16)
        let operands = Slab(count: 3 * n * n)
        fill(operands)
        let scratch = Slab(count: product.scratchBytes / MemoryLayout<Float>.stride + 16)
        let (a, b, c) = (operands.pointer, operands.pointer + n * n, operands.pointer + 2 * n * n)
        let best = shortest(seconds) { product.run(a, b, into: c, scratch: UnsafeMutableRawPointer(scratch.pointer)) }
        return 2 * Double(n * n * n) / best
    }

    /// (n, n) · (n, n)
    private static func product(_ seconds: Double) -> Double {
        let n = 1024
        let operands = Slab(count: 3 * n * n)
        fill(operands)
        let (a, b, c) = (operands.pointer, operands.pointer + n * n, operands.pointer + 2 * n * n)
        let best = shortest(seconds) {
            GEMM.multiply(a, transposed: false, b, transposed: false, into: c, rows: n, columns: n, inner: n)
        }
        return 2 * Double(n * n * n) / best
    }

    /// 3×3, from 64 to 64 channels, over 16 pictures of 56 by 56.
    private static func convolution(_ seconds: Double, precision: Precision = .float32) throws -> Double {
        let geometry = ConvolutionGeometry(
            batch: 16, input: [56, 56], inputChannels: 64, output: [56, 56], outputChannels: 64, kernel: [3, 3],
            strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1], groups: 1)
        let forward = try ConvolutionPrimitive(
            .forward, geometry, precision, hasBias: false, threads: Parallel.threads)
        let counts = [geometry.inputShape.count, geometry.kernelShape.count, geometry.outputShape.count]
        let arrays = Slab(count: counts.reduce(0) { $0 + Slab.padded($1) })
        fill(arrays)
        let scratch = Slab(count: max(forward.scratchBytes, forward.packedBytes) / MemoryLayout<Float>.stride + 16)
        let packed = Slab(count: forward.packedBytes / MemoryLayout<Float>.stride + 16)
        let x = arrays.pointer
        let kernel = x + Slab.padded(counts[0])
        let y = kernel + Slab.padded(counts[1])
        let raw = (UnsafeMutableRawPointer(scratch.pointer), UnsafeMutableRawPointer(packed.pointer))
        forward.pack(kernel: kernel, into: raw.1, scratch: raw.0)
        let reordered = UnsafePointer(raw.1.assumingMemoryBound(to: Float.self))
        let best = shortest(seconds) {
            forward.run(source: x, kernel: reordered, isPacked: true, bias: nil, destination: y, scratch: raw.0)
        }
        return 2 * Double(counts[2] * 9 * 64) / best
    }

    private static func bandwidth(_ seconds: Double) -> Double {
        let count = 12 << 20
        let arrays = Slab(count: 2 * count)
        fill(arrays)
        let (x, y) = (arrays.pointer, arrays.pointer + count)
        let best = shortest(seconds) { Elementwise.scale(x, by: 1, into: y, count: count) }
        return 2 * Double(count * MemoryLayout<Float>.stride) / best
    }

    /// Small numbers of no pattern, none of them subnormal.
    private static func fill(_ slab: borrowing Slab) {
        var state: UInt32 = 1
        for index in 0..<slab.count {
            state = state &* 1_664_525 &+ 1_013_904_223
            slab.pointer[index] = Float(state >> 8) / Float(1 << 24) - 0.5
        }
    }

    /// Seconds of the fastest repetition, after one that does not count.
    private static func shortest(_ seconds: Double, _ body: () -> Void) -> Double {
        body()
        var best = Double.infinity
        let end = monotonicSeconds() + seconds
        repeat {
            let began = monotonicSeconds()
            body()
            best = min(best, monotonicSeconds() - began)
        } while monotonicSeconds() < end
        return best
    }
}
