import Glibc
import Tensors

/// Decoded pictures, kept from the first time they are read on, 8 bits a channel: as many as fit into a bound. Which they
/// are changes no number of an example, only how soon it is there.
///
/// Nothing is ever dropped: where every pass goes through all examples, what stays is as good as any choice.
final class PictureStore: @unchecked Sendable {
    private struct Place {
        let offset: Int
        let size: ImageSize
    }

    private let monitor = Monitor()
    private var limit = 0
    private var used = 0
    private var pages: UnsafeMutableRawPointer?
    private var places: [Int: Place] = [:]

    /// Bytes that it may come to hold.
    var bound: Int { monitor.withLock { limit } }

    /// Begins to keep pictures. Only the first call that gives it room counts.
    func begin(bytes: Int) {
        monitor.withLock {
            guard pages == nil, bytes > 0 else { return }
            let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            guard let mapped, mapped != MAP_FAILED else { return }
            pages = mapped
            limit = bytes
        }
    }

    deinit { if let pages { munmap(pages, limit) } }

    /// A picture that was kept: its pixels, (height, width, channels), as long as the store lives.
    func picture(_ index: Int) -> (pixels: UnsafePointer<UInt8>, size: ImageSize)? {
        monitor.withLock {
            guard let pages, let place = places[index] else { return nil }
            return (UnsafePointer((pages + place.offset).assumingMemoryBound(to: UInt8.self)), place.size)
        }
    }

    /// Keeps a picture where there is room for it.
    func keep(_ index: Int, _ pixels: UnsafeBufferPointer<UInt8>, size: ImageSize) {
        monitor.withLock {
            guard let pages, let source = pixels.baseAddress, used + pixels.count <= limit, places[index] == nil else {
                return
            }
            memcpy(pages + used, source, pixels.count)
            places[index] = Place(offset: used, size: size)
            used += pixels.count
        }
    }
}
