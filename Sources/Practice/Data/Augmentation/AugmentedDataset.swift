import Tensors

/// A dataset whose pictures change at random in every epoch of training, and stay as they are for everything else.
/// Several inputs that are pictures change alike.
package struct AugmentedDataset: Dataset {
    private let base: any Dataset
    private let augmentation: Augmentation
    private let seed: UInt64
    /// One per input; nil where it is no picture.
    private let layouts: [PictureLayout?]
    private let white: Float
    private let scratchCount: Int

    package var count: Int { base.count }
    package var inputShapes: [Shape] { base.inputShapes }
    package var target: TargetKind { base.target }

    /// White is 1 where a sample of the data has nothing above, else 255.
    /// - Throws: `AugmentationError` where the changes do not go with the data; what reading throws.
    init(_ base: any Dataset, _ augmentation: Augmentation, seed: UInt64) throws {
        self.base = base
        self.augmentation = augmentation
        self.seed = seed
        layouts = base.inputShapes.map { PictureLayout($0) }
        let pictures = layouts.compactMap { $0 }
        scratchCount = pictures.map(\.count).max() ?? 0
        guard !pictures.isEmpty || augmentation.isEmpty else {
            throw AugmentationError.noPictures(base.inputShapes.map { "\($0)" })
        }
        if case .values(let shape) = base.target, shape.rank >= 2,
            let step = augmentation.steps.first(where: \.movesPixels)
        {
            throw AugmentationError.movingTargets(step.name, "\(shape)")
        }
        for case .color(_, _, let saturation, let hue) in augmentation.steps {
            for layout in pictures {
                guard [1, 3, 4].contains(layout.channels) else {
                    throw AugmentationError.channels(
                        "color", "\(layout.height) by \(layout.width) by \(layout.channels)")
                }
                if layout.channels == 1, saturation > 0 || hue > 0 { throw AugmentationError.grey }
            }
        }
        white = try AugmentedDataset.white(base, layouts, augmentation)
    }

    private static func white(
        _ base: any Dataset, _ layouts: [PictureLayout?], _ augmentation: Augmentation
    ) throws -> Float {
        guard let step = augmentation.steps.first(where: \.needsWhite),
            let input = layouts.firstIndex(where: { $0 != nil }),
            let range = try InputRange(of: base, input: input, sample: 64)
        else { return 255 }
        guard range.minimum >= 0, range.maximum <= 255 else {
            throw AugmentationError.range(step.name, minimum: range.minimum, maximum: range.maximum)
        }
        return range.maximum <= 1 ? 1 : 255
    }

    package func read(
        _ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try base.read(index, inputs: inputs, target: target) }

    package func read(
        _ index: Int, epoch: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws {
        try base.read(index, epoch: epoch, inputs: inputs, target: target)
        let scratch = UnsafeMutablePointer<Float>.allocate(capacity: max(scratchCount, 1))
        defer { scratch.deallocate() }
        for (layout, values) in zip(layouts, inputs) {
            guard let layout else { continue }
            let picture = Picture(layout: layout, values: values, scratch: scratch, white: white)
            for (place, step) in augmentation.steps.enumerated() {
                var draws = AugmentationDraws(seed: seed, epoch: epoch, step: place, example: index)
                step.apply(to: picture, &draws)
            }
        }
    }

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) throws {
        try base.readTarget(index, target)
    }

    package func fingerprint(of index: Int) throws -> UInt64 { try base.fingerprint(of: index) }

    package func keepPictures(upTo bytes: Int) { base.keepPictures(upTo: bytes) }

    package func name(of index: Int) -> String { base.name(of: index) }
}

extension Dataset {
    package func read(
        _ index: Int, epoch: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws { try read(index, inputs: inputs, target: target) }

    package func augmented(by augmentation: Augmentation, seed: UInt64) throws -> any Dataset {
        try AugmentedDataset(self, augmentation, seed: seed)
    }
}

extension Subset {
    package func augmented(by augmentation: Augmentation, seed: UInt64) throws -> any Dataset {
        try replacingBase { try $0.augmented(by: augmentation, seed: seed) }
    }
}

extension TransformedDataset {
    /// The changes come after the transforms that only change the shape and before the first that changes values: there
    /// pixels are what the files hold, whatever the model wants.
    package func augmented(by augmentation: Augmentation, seed: UInt64) throws -> any Dataset {
        let (base, steps) = flattened
        let before = steps.map { Array($0.prefix { !$0.changesValues }) }
        let after = zip(steps, before).map { Array($0.dropFirst($1.count)) }
        let augmented: any Dataset =
            before.allSatisfy(\.isEmpty)
            ? try base.augmented(by: augmentation, seed: seed)
            : try AugmentedDataset(TransformedDataset(base, perInput: before), augmentation, seed: seed)
        return after.allSatisfy(\.isEmpty) ? augmented : try TransformedDataset(augmented, perInput: after)
    }
}
