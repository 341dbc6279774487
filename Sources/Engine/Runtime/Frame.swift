import Tensors

/// What instructions see while a plan runs: addresses by buffer, scratch memory, and what changes from step to step.
package final class Frame {
    let addresses: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
    let count: Int
    let scratch: UnsafeMutableRawPointer
    var seed: UInt64 = 0
    var step: UInt64 = 0
    /// Examples of the batch that are real; the rest is padding.
    var validRows = 0

    init(count: Int, scratch: UnsafeMutableRawPointer) {
        self.count = count
        self.scratch = scratch
        addresses = .allocate(capacity: max(count, 1))
        addresses.initialize(repeating: scratch.assumingMemoryBound(to: Float.self), count: count)
    }

    deinit { addresses.deallocate() }

    subscript(buffer: Int) -> UnsafeMutablePointer<Float> { addresses[buffer] }
}

/// One kernel call, with everything about it decided but the addresses.
struct Instruction {
    /// Index into the plan's graph.
    let node: Int
    let run: (Frame) -> Void
}
