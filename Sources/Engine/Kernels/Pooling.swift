import COneDNN
import Tensors

/// Maximum or average pooling, through oneDNN. Of equal maxima the first wins, a NaN is the maximum of its window, and
/// padding never counts.
package final class Pooling {
    private let forward: OpaquePointer
    private let backward: OpaquePointer?
    private let description: od_pooling_geometry
    private let isMaximum: Bool
    private let inputCount: Int
    private let threads: Int
    /// Bytes of scratch memory a run needs, aligned to 64.
    package let scratchBytes: Int

    /// - Parameters:
    ///   - keepsIndices: whether the forward pass writes down the winners, one byte per output where the window has fewer
    ///     than 255 places, else four.
    ///   - threads: how many every run will use.
    /// - Throws: `UnsupportedKernelError`.
    package init(
        _ mode: PoolingMode, _ geometry: PoolingGeometry, keepsIndices: Bool, threads: Int = Parallel.threads
    ) throws {
        Parallel.enter(threads: threads)
        self.threads = threads
        var description = od_pooling_geometry(geometry)
        self.description = description
        isMaximum = mode == .maximum
        inputCount = geometry.inputShape.count
        func make(_ direction: od_direction) throws -> OpaquePointer {
            var result: OpaquePointer?
            let status = od_pooling_create(
                &result, direction, &description, mode == .maximum ? 1 : 0, keepsIndices ? 1 : 0)
            guard status == 0, let result else {
                throw UnsupportedKernelError(
                    "a pooling of \(geometry.inputShape) in windows of \(Shape(geometry.window))", status: status)
            }
            return result
        }
        forward = try make(OD_FORWARD)
        backward = mode == .average || keepsIndices ? try make(OD_BACKWARD_DATA) : nil
        scratchBytes = max(od_pooling_scratch(forward), backward.map(od_pooling_scratch) ?? 0)
        let place = geometry.window.reduce(1, *) < 255 ? 1 : 4
        precondition(
            od_pooling_workspace(forward) <= geometry.outputShape.count * place, "oneDNN wants more room for indices")
    }

    deinit {
        od_pooling_destroy(forward)
        if let backward { od_pooling_destroy(backward) }
    }

    package func forward(
        _ x: FloatInput, into y: FloatOutput, workspace: UnsafeMutableRawPointer?, scratch: UnsafeMutableRawPointer
    ) {
        Parallel.enter(threads: threads)
        od_pooling_run(forward, x, y, workspace, scratch)
        // oneDNN drops NaN, and a run that has diverged would look sound.
        guard isMaximum, Finite.firstNonFinite(x, count: inputCount) != nil else { return }
        withUnsafePointer(to: description) { od_pooling_maximum_exactly($0, x, y) }
    }

    package func backward(
        _ dy: FloatInput, workspace: UnsafeRawPointer?, into dx: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        guard let backward else { preconditionFailure("a maximum's gradient needs its indices") }
        Parallel.enter(threads: threads)
        od_pooling_run(backward, dx, dy, workspace, scratch)
    }
}

extension od_pooling_geometry {
    fileprivate init(_ geometry: PoolingGeometry) {
        self.init()
        batch = Int64(geometry.batch)
        channels = Int64(geometry.channels)
        span = od_span(
            input: geometry.input, output: geometry.output, window: geometry.window, strides: geometry.strides,
            before: geometry.paddingBefore, after: geometry.paddingAfter)
    }
}
