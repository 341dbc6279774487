import CKernels
import COneDNN
import Tensors

/// Maximum pooling by loops of our own, average pooling through oneDNN. Of equal maxima the first wins, the first NaN is
/// the maximum of its window, and padding never counts.
package final class Pooling {
    private enum Way {
        case maximum(ck_pooling)
        case average(forward: OpaquePointer, backward: OpaquePointer)
    }

    private let way: Way
    private let threads: Int
    /// Bytes of scratch memory a run needs, aligned to 64.
    package let scratchBytes: Int

    /// - Parameters:
    ///   - precision: of what is pooled, of the result, and of their gradients.
    ///   - threads: how many every run will use.
    /// - Throws: `UnsupportedKernelError`.
    package init(
        _ mode: PoolingMode, _ geometry: PoolingGeometry, precision: Precision = .float32,
        threads: Int = Parallel.threads
    ) throws {
        Parallel.enter(threads: threads)
        self.threads = threads
        guard mode == .average else {
            way = .maximum(ck_pooling(geometry, precision))
            scratchBytes = 0
            return
        }
        var description = od_pooling_geometry(geometry)
        func make(_ direction: od_direction) throws -> OpaquePointer {
            var result: OpaquePointer?
            let status = od_average_pooling_create(&result, direction, precision.type, &description)
            guard status == 0, let result else {
                throw UnsupportedKernelError(
                    "a pooling of \(geometry.inputShape) in windows of \(Shape(geometry.window))", status: status)
            }
            return result
        }
        let forward = try make(OD_FORWARD)
        let backward = try make(OD_BACKWARD_DATA)
        way = .average(forward: forward, backward: backward)
        scratchBytes = max(od_average_pooling_scratch(forward), od_average_pooling_scratch(backward))
    }

    deinit {
        guard case .average(let forward, let backward) = way else { return }
        od_average_pooling_destroy(forward)
        od_average_pooling_destroy(backward)
    }

    /// - Parameter places: of the winners of a maximum within their windows, written where it is not nil: a byte per output
    ///   where the window has fewer than 255 places, else four.
    package func forward(
        _ x: FloatInput, into y: FloatOutput, places: UnsafeMutableRawPointer?, scratch: UnsafeMutableRawPointer
    ) {
        switch way {
        case .maximum(let geometry): withUnsafePointer(to: geometry) { ck_maximum_pooling($0, x, y, places) }
        case .average(let forward, _):
            Parallel.enter(threads: threads)
            od_average_pooling_run(forward, x, y, scratch)
        }
    }

    /// - Parameter places: what the forward pass of a maximum wrote.
    package func backward(
        _ dy: FloatInput, places: UnsafeRawPointer?, into dx: FloatOutput, scratch: UnsafeMutableRawPointer
    ) {
        switch way {
        case .maximum(let geometry):
            guard let places else { preconditionFailure("a maximum's gradient needs its winners") }
            withUnsafePointer(to: geometry) { ck_maximum_pooling_gradient($0, dy, places, dx) }
        case .average(_, let backward):
            Parallel.enter(threads: threads)
            od_average_pooling_run(backward, dx, dy, scratch)
        }
    }
}

extension ck_pooling {
    fileprivate init(_ geometry: PoolingGeometry, _ precision: Precision) {
        self.init()
        is_half = precision.isHalf
        func filled(_ values: [Int], _ rest: Int) -> (Int, Int, Int) {
            let all = Array(repeating: rest, count: 3 - values.count) + values
            return (all[0], all[1], all[2])
        }
        batch = geometry.batch
        channels = geometry.channels
        input = filled(geometry.input, 1)
        output = filled(geometry.output, 1)
        window = filled(geometry.window, 1)
        strides = filled(geometry.strides, 1)
        before = filled(geometry.paddingBefore, 0)
        has_wide_places = geometry.window.reduce(1, *) < 255 ? 0 : 1
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
