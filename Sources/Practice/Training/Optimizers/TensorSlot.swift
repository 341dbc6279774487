import Layers
import Tensors

/// Where a trainable tensor lies in the slab of weights, and in every slab laid out like it: gradients, slots.
package struct TensorSlot: Hashable, Sendable {
    package let path: ParameterPath
    /// In elements from the start of the slab.
    package let offset: Int
    package let count: Int

    package init(path: ParameterPath, offset: Int, count: Int) {
        precondition(offset >= 0 && count >= 0, "\(path) lies outside of any slab")
        self.path = path
        self.offset = offset
        self.count = count
    }

    package init(_ slot: ParameterStore.Slot) { self.init(path: slot.path, offset: slot.offset, count: slot.count) }

    package var range: Range<Int> { offset..<(offset + count) }
}
