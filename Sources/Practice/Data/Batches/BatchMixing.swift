import CImages
import Glibc
import Tensors

/// Mixes the examples of a training batch in pairs, the first with the last and so on, after they were read.
///
/// Mixup (Zhang et al., "mixup: beyond empirical risk minimization", 2018) takes λ of one example and 1 − λ of the
/// other; CutMix (Yun et al., 2019) exchanges a box that covers 1 − λ of the picture. λ ~ Beta(α, α), one for each batch.
/// Targets mix as the examples do. Where both are asked for, each batch gets one of the two with equal chances. All is a
/// pure function of seed, epoch and the batch's place in the pass.
package struct BatchMixing: Hashable, Sendable {
    /// Some numbers of a target, one behind the other.
    package struct Block: Hashable, Sendable {
        /// Numbers as the dataset gives them.
        package let count: Int
        /// Where each of them is the index of a class: of how many. It becomes a distribution over them.
        package let classes: Int?

        package init(count: Int, classes: Int?) {
            self.count = count
            self.classes = classes
        }

        var mixedCount: Int { count * (classes ?? 1) }
    }

    package let mixup: Double?
    package let cutmix: Double?
    /// All of an example's target, in order.
    package let blocks: [Block]

    /// - Parameters:
    ///   - mixup, cutmix: α, above 0; nil for none of it.
    package init(mixup: Double?, cutmix: Double?, blocks: [Block]) {
        self.mixup = mixup
        self.cutmix = cutmix
        self.blocks = blocks
    }

    /// Numbers of a target whose classes are distributions.
    package var targetCount: Int { blocks.reduce(0) { $0 + $1.mixedCount } }

    /// Writes a target with every class index as a distribution that is certain.
    func spread(_ source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<Float>) {
        var (source, destination) = (source, destination)
        for block in blocks {
            if let classes = block.classes {
                destination.update(repeating: 0, count: block.mixedCount)
                for place in 0..<block.count {
                    let index = Int(source[place])
                    if index >= 0 && index < classes { destination[place * classes + index] = 1 }
                }
            } else {
                destination.update(from: source, count: block.count)
            }
            source += block.count
            destination += block.mixedCount
        }
    }

    /// Mixes the rows of a batch where they lie.
    func mix(_ batch: Batch, seed: UInt64, epoch: Int) {
        var generator = SeededGenerator(
            seed: seed, stream: .mixing, substream: UInt64(truncatingIfNeeded: epoch),
            index: UInt64(batch.position) << 16)
        let isCut = mixup == nil || (cutmix != nil && generator.nextUniform() < 0.5)
        guard let alpha = isCut ? cutmix : mixup else { return }
        var share = generator.nextBeta(alpha)
        if isCut {
            share = cut(batch, share: share, &generator)
        } else {
            for (input, size) in zip(batch.inputs, batch.inputShapes.map(\.count)) {
                pairs(batch) { cimages_mix(input + $0 * size, input + $1 * size, size, Float(share)) }
            }
        }
        let size = batch.targetCount
        pairs(batch) { cimages_mix(batch.targets + $0 * size, batch.targets + $1 * size, size, Float(share)) }
    }

    private func pairs(_ batch: Batch, _ body: (Int, Int) -> Void) {
        for row in 0..<batch.validRows / 2 { body(row, batch.validRows - 1 - row) }
    }

    /// - Returns: the share of a picture that is left of it.
    private func cut(_ batch: Batch, share: Double, _ generator: inout SeededGenerator) -> Double {
        let (y, x) = (generator.nextUniform(), generator.nextUniform())
        var left = 1.0
        for (input, shape) in zip(batch.inputs, batch.inputShapes) {
            guard let layout = PictureLayout(shape) else { continue }
            // A box of the whole's proportions around any pixel, as far as it lies inside.
            func span(_ extent: Int, _ place: Double) -> Range<Int> {
                let length = Int(Double(extent) * (1 - share).squareRoot())
                let middle = min(Int(place * Double(extent)), extent - 1)
                return max(0, middle - length / 2)..<min(extent, middle - length / 2 + length)
            }
            let (rows, columns) = (span(layout.height, y), span(layout.width, x))
            left = 1 - Double(rows.count * columns.count) / Double(layout.pixels)
            pairs(batch) {
                cimages_swap_box(
                    input + $0 * layout.count, input + $1 * layout.count, Int32(layout.width), Int32(layout.channels),
                    Int32(rows.lowerBound), Int32(columns.lowerBound), Int32(rows.count), Int32(columns.count))
            }
        }
        return left
    }
}

/// Inputs that cannot be cut.
package struct CutMixError: DescriptionFault, Hashable, CustomStringConvertible {
    package let shapes: [String]
    package var description: String {
        "\"cutmix\" exchanges boxes of pictures of one size, and the inputs are \(shapes.joined(separator: ", ")); use "
            + "\"mixup\" instead"
    }

    /// - Throws: itself where not all inputs are pictures of one size.
    package static func check(_ shapes: [Shape]) throws {
        let layouts = shapes.map { PictureLayout($0) }
        guard let first = layouts.first ?? nil,
            layouts.allSatisfy({ $0?.height == first.height && $0?.width == first.width })
        else { throw CutMixError(shapes: shapes.map { "\($0)" }) }
    }
}
