import Tensors

/// Pictures that are decoded when they are asked for, and kept where `keepPictures` made room.
package struct ImageDataset: Dataset {
    private let paths: [String]
    private let labels: [Int32]?
    private let size: ImageSize
    private let channels: Int
    private let store = PictureStore()
    package let target: TargetKind

    package var count: Int { paths.count }
    package var inputShapes: [Shape] { [[size.height, size.width, channels]] }

    /// - Precondition: as many labels as paths, or none.
    init(paths: [String], labels: [Int32]?, target: TargetKind, size: ImageSize, channels: Int) {
        precondition(labels == nil || labels?.count == paths.count, "labels of another length")
        self.paths = paths
        self.labels = labels
        self.target = target
        self.size = size
        self.channels = channels
    }

    package func read(
        _ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>
    ) throws {
        if let (pixels, stored) = store.picture(index) {
            try DecodedImage.copy(pixels, size: stored, channels: channels, to: inputs[0], size: size)
        } else {
            let image = try DecodedImage(path: paths[index], channels: channels)
            try image.copy(to: inputs[0], size: size)
            image.withPixels { store.keep(index, $0, size: image.size) }
        }
        readTarget(index, target)
    }

    package func keepPictures(upTo bytes: Int) { store.begin(bytes: bytes) }

    package var heldBytes: Int { store.bound }

    package func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) {
        if let labels { target.pointee = Float(labels[index]) }
    }

    /// Of the file's bytes: the same picture saved twice differs.
    package func fingerprint(of index: Int) throws -> UInt64 {
        let file = try MappedFile(path: paths[index])
        var hash = ExampleHash()
        file.withBytes { hash.combine($0) }
        return hash.value
    }

    package func name(of index: Int) -> String { paths[index] }
}
