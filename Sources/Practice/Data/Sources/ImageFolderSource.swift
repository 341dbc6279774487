import Tensors

/// A folder with one folder of pictures for each class.
package struct ImageFolderSource: Hashable, Sendable {
    package var path: String
    /// Every picture is brought to this size; where nil, they must have one already.
    package var size: ImageSize?
    /// 1 (grey) or 3 (RGB); where nil, RGB if any picture is in colour.
    package var channels: Int?
    package var classes: ClassRule
    package var onBadExample: BadExamplePolicy

    package init(
        path: String, size: ImageSize? = nil, channels: Int? = nil, classes: ClassRule = .all,
        onBadExample: BadExamplePolicy = .error
    ) {
        self.path = path
        self.size = size
        self.channels = channels
        self.classes = classes
        self.onBadExample = onBadExample
    }

    /// Classes are the folders' names in the order of their bytes, as Keras has them.
    func open() throws -> OpenedSource {
        let listing = try list()
        let names = listing.folders
        var rule = classes
        if case .all = rule { rule = .known(names) }
        let numbered = try rule.number(listing.labels.map { names[$0] }, source: path) { listing.paths[$0] }
        let rows = numbered.rows ?? Array(listing.paths.indices)
        var labels = rows.map { numbered.labels[$0] }
        var images = ImageList(paths: rows.map { listing.paths[$0] })
        if onBadExample == .skip { labels = try images.dropUnreadable().map { labels[$0] } }
        guard !images.paths.isEmpty else { throw ImageFolderError.noImages(path: path) }
        let format = try images.format(size: size, channels: channels)
        var opened = OpenedSource(
            dataset: ImageDataset(
                paths: images.paths, labels: labels, target: .classes(numbered.names), size: format.0,
                channels: format.channels))
        opened.skipped = images.skipped
        if listing.ignored > 0 {
            opened.notes.append(
                "\(path): \(listing.ignored) \(listing.ignored == 1 ? "file" : "files") not named .jpg, .jpeg or .png "
                    + "\(listing.ignored == 1 ? "was" : "were") left aside")
        }
        return opened
    }

    private struct Listing {
        var folders: [String] = []
        var paths: [String] = []
        /// Index of the folder, per path.
        var labels: [Int] = []
        var ignored = 0
    }

    private func list() throws -> Listing {
        var listing = Listing()
        for entry in try FileTree.entries(of: path) {
            guard entry.isFolder else {
                guard !ImageFile.isImage(entry.name) else {
                    throw ImageFolderError.looseImage(path: path, name: entry.name)
                }
                listing.ignored += 1
                continue
            }
            let files = try FileTree.files(below: entry.path)
            let images = files.filter(ImageFile.isImage)
            listing.ignored += files.count - images.count
            guard !images.isEmpty || classes != .all else {
                throw ImageFolderError.emptyClass(path: path, name: entry.name)
            }
            listing.folders.append(entry.name)
            listing.labels += Array(repeating: listing.folders.count - 1, count: images.count)
            listing.paths += images.map { FileTree.join(entry.path, $0) }
        }
        guard !listing.paths.isEmpty else { throw ImageFolderError.noImages(path: path) }
        return listing
    }
}

/// A folder that is not laid out as one folder per class.
package enum ImageFolderError: Error, Hashable, CustomStringConvertible {
    case looseImage(path: String, name: String)
    case emptyClass(path: String, name: String)
    case noImages(path: String)

    package var description: String {
        switch self {
        case .looseImage(let path, let name):
            "\(path) holds the picture \(name) beside its folders; every picture belongs in the folder of its class"
        case .emptyClass(let path, let name):
            "\(path): the folder \"\(name)\" holds no .jpg, .jpeg or .png file, so its class has no examples"
        case .noImages(let path): "\(path) holds no folders with .jpg, .jpeg or .png files"
        }
    }
}
