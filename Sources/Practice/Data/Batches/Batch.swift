import Glibc
import Tensors

/// Room for one batch, filled again and again. Rows from `validRows` on are zero and have weight 0.
package final class Batch: @unchecked Sendable {
    /// Rows there is room for.
    package let capacity: Int
    /// Per example, without the batch dimension.
    package let inputShapes: [Shape]
    /// One per input: (capacity, example…), each aligned to 64 bytes.
    package let inputs: [UnsafeMutablePointer<Float>]
    /// (capacity, target count)
    package let targets: UnsafeMutablePointer<Float>
    package let targetCount: Int
    /// (capacity): 1 for an example, 0 for padding.
    package let weights: UnsafeMutablePointer<Float>
    package internal(set) var validRows = 0
    /// Which example of the dataset each valid row holds.
    package internal(set) var indices: [Int] = []
    /// How many examples of the pass come before the first row.
    package internal(set) var position = 0

    private let mixing: BatchMixing?
    /// One target as the dataset gives it, before its classes become distributions.
    private let plainTarget: [UnsafeMutablePointer<Float>]
    private let slab: Slab
    private let inputSizes: [Int]
    private var rowPointers: [UnsafeMutablePointer<Float>]

    /// - Parameter mixing: what mixes the rows of a training batch; targets are then as it spreads them.
    package init(capacity: Int, inputShapes: [Shape], target: TargetKind, mixing: BatchMixing? = nil) {
        precondition(capacity > 0, "a batch has at least one row")
        self.capacity = capacity
        self.inputShapes = inputShapes
        self.mixing = mixing
        targetCount = mixing?.targetCount ?? target.count
        inputSizes = inputShapes.map(\.count)
        let parts = Batch.parts(capacity, inputSizes, targetCount, rawTargets: mixing == nil ? 0 : target.count)
        slab = Slab(count: parts.reduce(0, +))
        var pointers: [UnsafeMutablePointer<Float>] = []
        var offset = 0
        for part in parts {
            pointers.append(slab.pointer + offset)
            offset += part
        }
        plainTarget = mixing == nil ? [] : [pointers.removeLast()]
        weights = pointers.removeLast()
        targets = pointers.removeLast()
        inputs = pointers
        rowPointers = pointers
        indices.reserveCapacity(capacity)
    }

    /// Bytes held.
    package var byteCount: Int { Slab.bytes(slab.count) }

    /// Bytes that a batch of this kind holds.
    package static func bytes(capacity: Int, inputShapes: [Shape], target: TargetKind) -> Int {
        Slab.bytes(parts(capacity, inputShapes.map(\.count), target.count, rawTargets: 0).reduce(0, +))
    }

    /// Elements of the inputs, the targets and the weights, and of one target as it is read where it is mixed.
    private static func parts(
        _ capacity: Int, _ inputSizes: [Int], _ targetCount: Int, rawTargets: Int
    ) -> [Int] {
        let parts = (inputSizes + [targetCount, 1]).map { Slab.padded($0 * capacity) }
        return rawTargets > 0 ? parts + [Slab.padded(rawTargets)] : parts
    }

    /// Reads `order[position...]`, as many as fit, and zeroes the rest.
    /// - Parameter training: the seed and epoch of a pass of training; nil for examples as they are.
    func fill(
        from dataset: any Dataset, order: [Int], position: Int, training: (seed: UInt64, epoch: Int)?
    ) throws {
        self.position = position
        validRows = 0
        indices.removeAll(keepingCapacity: true)
        let end = min(position + capacity, order.count)
        for (row, index) in order[position..<end].enumerated() {
            for i in rowPointers.indices { rowPointers[i] = inputs[i] + row * inputSizes[i] }
            let target = plainTarget.first ?? targets + row * targetCount
            if let training {
                try dataset.read(index, epoch: training.epoch, inputs: rowPointers, target: target)
            } else {
                try dataset.read(index, inputs: rowPointers, target: target)
            }
            mixing?.spread(target, to: targets + row * targetCount)
            weights[row] = 1
            indices.append(index)
        }
        validRows = end - position
        if let mixing, let training { mixing.mix(self, seed: training.seed, epoch: training.epoch) }
        if validRows < capacity { clearPadding() }
    }

    private func clearPadding() {
        let rows = capacity - validRows
        func clear(_ pointer: UnsafeMutablePointer<Float>, _ size: Int) {
            memset(pointer + validRows * size, 0, rows * size * MemoryLayout<Float>.stride)
        }
        for (input, size) in zip(inputs, inputSizes) { clear(input, size) }
        clear(targets, targetCount)
        clear(weights, 1)
    }
}
