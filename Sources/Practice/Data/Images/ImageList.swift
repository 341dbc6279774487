import Tensors

/// Picture files in order, looked through once before they make a dataset.
struct ImageList {
    var paths: [String]
    private(set) var skipped: [SkippedExample] = []

    init(paths: [String]) { self.paths = paths }

    /// Decodes every picture and drops those that cannot be, so that all counts that follow are exact.
    /// - Returns: which of the paths stay.
    mutating func dropUnreadable() throws -> [Int] {
        let reasons = try parallelMap(paths.count) { [paths] index -> String? in
            do {
                _ = try DecodedImage(path: paths[index])
                return nil
            } catch let error as ImageError {
                return error.reason
            } catch let error as SystemError {
                return error.reason
            }
        }
        let kept = paths.indices.filter { reasons[$0] == nil }
        skipped = paths.indices.compactMap { index in
            reasons[index].map { SkippedExample(name: paths[index], reason: $0) }
        }
        paths = kept.map { paths[$0] }
        return kept
    }

    /// The common size and channels: those asked for, else those of the headers (RGB where any picture is).
    /// - Throws: `ImageSizeError` where sizes differ.
    func format(size: ImageSize?, channels: Int?) throws -> (ImageSize, channels: Int) {
        if let size, let channels { return (size, channels) }
        let headers = try parallelMap(paths.count) { [paths] in try ImageFile(path: paths[$0]) }
        if size == nil, let other = headers.firstIndex(where: { $0.size != headers[0].size }) {
            throw ImageSizeError(
                first: paths[0], firstSize: headers[0].size, other: paths[other], otherSize: headers[other].size)
        }
        return (size ?? headers[0].size, channels ?? headers.map(\.channels).max() ?? 3)
    }
}

/// Pictures of several sizes, and no size to bring them to.
package struct ImageSizeError: DescriptionFault, Hashable, CustomStringConvertible {
    package let first: String
    package let firstSize: ImageSize
    package let other: String
    package let otherSize: ImageSize

    package var description: String {
        "\(first) is \(firstSize) pixels (height by width), but \(other) is \(otherSize); "
            + "give the source a size to bring all to, with \"size\": [height, width]"
    }
}
