import Glibc
import OrderedCollections
import Tensors

/// A model's weights, in one slab: first the tensors that train, contiguous and in path order, then those that move
/// without a gradient, then the frozen ones. Each starts on an aligned address; the padding between stays zero.
package final class ParameterStore {
    /// Where a tensor lies, in elements.
    package struct Slot: Hashable, Sendable {
        package let path: ParameterPath
        package let offset: Int
        package let count: Int
    }

    package let specs: OrderedDictionary<ParameterPath, ParameterSpec>
    /// Elements of the slab.
    private let extent: Int
    private var slab: Slab
    private var offsets: [ParameterPath: Int] = [:]
    /// The tensors that train, in slab order.
    package private(set) var trainable: [Slot] = []
    /// The tensors that move without a gradient, in slab order.
    package private(set) var moving: [Slot] = []
    /// The tensors that stay, in slab order.
    package private(set) var frozen: [Slot] = []
    /// Elements of the trainable region, padding included: the size of a gradient slab.
    package private(set) var trainableExtent = 0
    /// Elements of the trainable and the moving regions: what a step can change.
    package private(set) var changingExtent = 0

    /// Zeroed tensors, all frozen.
    package init(_ specs: OrderedDictionary<ParameterPath, ParameterSpec>) {
        self.specs = specs
        extent = specs.values.reduce(0) { $0 + Slab.padded($1.shape.count) }
        slab = Slab(count: 0)
        arrange(trainable: [], moving: [])
    }

    /// Gives each tensor for which `include` holds its initial value.
    /// - Parameter round: how many models had tensors of these names before: each draws other values.
    /// - Throws: `ModelError` where the initializer of one is not known.
    package func initialize(seed: UInt64, round: Int = 0, where include: (ParameterSpec) -> Bool = { _ in true }) throws
    {
        for spec in specs.values where include(spec) {
            if case .unknown(let problem) = spec.initializer {
                throw ModelError(
                    "\(spec.path) needs fresh values, and they cannot be made: \(problem); give a checkpoint that holds "
                        + "the tensor, or an initializer that is known")
            }
            spec.initializer.fill(
                self[spec.path], shape: spec.shape,
                path: round == 0 ? spec.path : ParameterPath("\(spec.path)#\(round)"), seed: seed)
        }
    }

    /// Lays the slab out anew. Pointers taken before are dead afterwards.
    package func arrange(trainable: Set<ParameterPath>, moving: Set<ParameterPath>) {
        let old = offsets
        var next = Slab(count: extent)
        let ordered = specs.keys.sorted()
        var offset = 0
        func place(_ include: (ParameterPath) -> Bool) -> [Slot] {
            ordered.filter(include).map { path in
                defer { offset += Slab.padded(specs[path]!.shape.count) }
                return Slot(path: path, offset: offset, count: specs[path]!.shape.count)
            }
        }
        self.trainable = place { trainable.contains($0) }
        trainableExtent = offset
        self.moving = place { moving.contains($0) && !trainable.contains($0) }
        changingExtent = offset
        self.frozen = place { !moving.contains($0) && !trainable.contains($0) }
        offsets = [:]
        for slot in slots {
            offsets[slot.path] = slot.offset
            guard let source = old[slot.path] else { continue }
            memcpy(next.pointer + slot.offset, slab.pointer + source, slot.count * MemoryLayout<Float>.stride)
        }
        swap(&slab, &next)
    }

    /// All slots, in slab order.
    package var slots: [Slot] { trainable + moving + frozen }

    /// The start of a tensor; valid until the next `arrange`.
    package subscript(path: ParameterPath) -> UnsafeMutablePointer<Float> {
        guard let offset = offsets[path] else { preconditionFailure("no tensor \(path)") }
        return slab.pointer + offset
    }

    /// The start of the trainable region, and of the slab.
    package var base: UnsafeMutablePointer<Float> { slab.pointer }

    package func tensor(_ path: ParameterPath) -> Tensor {
        let shape = specs[path]!.shape
        return Tensor(shape: shape, values: Array(UnsafeBufferPointer(start: self[path], count: shape.count)))
    }

    package func set(_ path: ParameterPath, to values: some Collection<Float>) {
        precondition(values.count == specs[path]!.shape.count, "\(path) has another size")
        _ = UnsafeMutableBufferPointer(start: self[path], count: values.count).update(fromContentsOf: values)
    }

    /// Bytes of the slab by region.
    package var bytes: (trainable: Int, moving: Int, frozen: Int) {
        let stride = MemoryLayout<Float>.stride
        return (
            trainableExtent * stride, (changingExtent - trainableExtent) * stride,
            (slab.count - changingExtent) * stride
        )
    }

    /// SHA-256 over paths and bytes of the given tensors, in path order.
    package func hash(of slots: [Slot]) -> String {
        var hash = ContentHash()
        for slot in slots.sorted(by: { $0.path < $1.path }) {
            hash.update(slot.path.description)
            hash.update(UnsafeRawBufferPointer(start: self[slot.path], count: slot.count * MemoryLayout<Float>.stride))
        }
        return hash.finalize()
    }

    /// Copies out, or puts back, everything a step can change.
    package func saveChanging(to values: inout [Float]) {
        values.removeAll(keepingCapacity: true)
        values.append(contentsOf: UnsafeBufferPointer(start: slab.pointer, count: changingExtent))
    }

    package func restoreChanging(from values: [Float]) {
        precondition(values.count == changingExtent, "the slab was laid out anew in between")
        slab.pointer.update(from: values, count: values.count)
    }
}
