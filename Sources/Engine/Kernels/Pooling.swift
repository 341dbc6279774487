import COneDNN
import Tensors

/// Maximum or average pooling, through oneDNN. Of equal maxima the first wins; padding never counts.
package final class Pooling {
    private let forward: OpaquePointer
    private let backward: OpaquePointer?
    /// Bytes of scratch memory a run needs, aligned to 64.
    package let scratchBytes: Int

    /// - Parameter keepsIndices: whether the forward pass writes down the winners, one byte per output where the window
    ///   has fewer than 255 places, else four.
    /// - Throws: `UnsupportedKernelError`.
    package init(_ mode: PoolingMode, _ geometry: PoolingGeometry, keepsIndices: Bool) throws {
        var description = od_pooling_geometry(geometry)
        let isMaximum: Int32 = mode == .maximum ? 1 : 0
        func make(_ direction: od_direction) throws -> OpaquePointer {
            var result: OpaquePointer?
            let status = od_pooling_create(&result, direction, &description, isMaximum, keepsIndices ? 1 : 0)
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
        od_pooling_run(forward, x, y, workspace, scratch)
    }

    package func backward(
        _ dy: FloatInput, workspace: UnsafeRawPointer?, into dx: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        guard let backward else { preconditionFailure("a maximum's gradient needs its indices") }
        od_pooling_run(backward, dx, dy, workspace, scratch)
    }
}

extension od_pooling_geometry {
    fileprivate init(_ geometry: PoolingGeometry) {
        self.init()
        batch = Int64(geometry.batch)
        channels = Int64(geometry.channels)
        rank = Int32(geometry.input.count)
        spread(geometry.input, to: &input)
        spread(geometry.output, to: &output)
        spread(geometry.window, to: &window)
        spread(geometry.strides, to: &strides)
        spread(geometry.paddingBefore, to: &padding_before)
        spread(geometry.paddingAfter, to: &padding_after)
    }
}
