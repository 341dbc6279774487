import Checkpoints
import Tensors

/// What a model is asked about: examples without targets, from whatever file a person has.
package struct PredictionInputs: Sendable {
    package let dataset: any Dataset
    /// The model's input shapes, with what it leaves open closed by the data: those of `dataset`.
    package let shapes: [Shape]
    /// What a person should know that is not an error.
    package let notes: [String]

    /// - Parameters:
    ///   - path: `.npy`, `.npz`, `.h5`, a picture, a folder of pictures, or a table (`.csv`, `.tsv`, packed or not).
    ///   - inputNames: the model's inputs; arrays are found by these names, else as `x0`, `x1`, … or, as NumPy names
    ///     what has no name, `arr_0`, `arr_1`, …; in an HDF5 file also in a group `inputs`.
    ///   - inputShapes: the model's input shapes, without batch, nil for an open dimension. Pictures are brought to the
    ///     first one's size and channels; a channel axis is added or dropped where that makes data fit.
    ///   - table: how tables were read in training; its path and targets are ignored.
    ///   - transforms: those of a run, applied before shapes are compared.
    /// - Throws: one sentence: `PredictionInputError`, `FittingError`, or what the file's reader says.
    package init(
        path: String, inputNames: [String], inputShapes: [OpenShape], table: TableSource? = nil,
        transforms: [Transform] = []
    ) throws {
        let opened = try PredictionInputs.open(path, inputNames, inputShapes, table, transforms)
        guard opened.dataset.count > 0 else { throw PredictionInputError.empty(path: path) }
        let withChannels = try opened.dataset.addingChannelAxis(for: inputShapes)
        let transformed = try TransformedDataset(withChannels, transforms)
        shapes = try transformed.closing(inputShapes)
        dataset = try transformed.fitted(to: shapes)
        notes = opened.notes
    }

    private static func open(
        _ path: String, _ names: [String], _ shapes: [OpenShape], _ table: TableSource?, _ transforms: [Transform]
    ) throws -> OpenedSource {
        if try FileTree.isFolder(path) { return try pictures(path, shapes, transforms) }
        var name = path.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        if ImageFile.isImage(name) { return try picture([path], shapes, transforms) }
        if [".csv", ".tsv", ".txt"].contains(where: name.hasSuffix) {
            var source = table ?? TableSource(path: path, targets: [])
            source.path = path
            source.targets = []
            if table == nil, name.hasSuffix(".tsv") { source.format = .tabSeparated }
            return try source.open()
        }
        guard [".npy", ".npz", ".h5", ".hdf5", ".safetensors"].contains(where: name.hasSuffix) else {
            throw PredictionInputError.kind(path: path)
        }
        return OpenedSource(dataset: try arrays(Checkpoint(path: path), names))
    }

    private static func arrays(_ file: Checkpoint, _ names: [String]) throws -> ArrayDataset {
        let columns = try names.enumerated().map { i, name in
            let keys = [name, "x\(i)", "arr_\(i)", "inputs/" + name]
            let found = keys.lazy.compactMap { file.tensors[$0] }.first
            guard let tensor = found ?? (names.count == 1 ? file.only : nil) else {
                throw PredictionInputError.array(
                    path: file.path, name: name, position: i, present: Array(file.tensors.keys))
            }
            return try ArrayColumn(tensor, source: "\(file.path) (\"\(tensor.name)\")")
        }
        for (name, column) in zip(names, columns) where column.count != columns[0].count {
            throw PredictionInputError.counts(
                path: file.path, first: names[0], count: columns[0].count, other: name, otherCount: column.count)
        }
        return ArrayDataset(inputs: columns, targets: .none)
    }

    private static func pictures(_ path: String, _ shapes: [OpenShape], _ transforms: [Transform]) throws
        -> OpenedSource
    {
        let files = try FileTree.files(below: path)
        let images = files.filter(ImageFile.isImage)
        guard !images.isEmpty else { throw PredictionInputError.noPictures(path: path) }
        var opened = try picture(images.map { FileTree.join(path, $0) }, shapes, transforms)
        if images.count < files.count {
            opened.notes.append("\(path): \(files.count - images.count) files that are no pictures were left aside")
        }
        return opened
    }

    /// Pictures take the model's size, unless transforms change it: then they take that of a resize at the front, or
    /// keep their own, as they do where the model leaves its size open.
    private static func picture(
        _ paths: [String], _ shapes: [OpenShape], _ transforms: [Transform]
    ) throws -> OpenedSource {
        guard shapes.count == 1, let shape = shapes.first, shape.count == 3 || shape.count == 2 else {
            throw PredictionInputError.notPictures(shapes: shapes)
        }
        var wanted: ImageSize?
        if let height = shape[0], let width = shape[1] { wanted = ImageSize(height: height, width: width) }
        if transforms.contains(where: { !$0.keepsSize }) { wanted = nil }
        if case .resize(let first)? = transforms.first { wanted = first }
        let (size, channels) = try ImageList(paths: paths).format(
            size: wanted, channels: shape.count == 3 ? shape[2] : 1)
        guard channels == 1 || channels == 3 else { throw PredictionInputError.notPictures(shapes: shapes) }
        return OpenedSource(
            dataset: ImageDataset(paths: paths, labels: nil, target: .none, size: size, channels: channels))
    }
}

extension Checkpoint {
    /// The file's only array, or the only one in its group `inputs`.
    fileprivate var only: StoredTensor? {
        if tensors.count == 1 { return tensors.values.first }
        let inputs = tensors.values.filter { $0.name.hasPrefix("inputs/") }
        return inputs.count == 1 ? inputs[0] : nil
    }
}

/// Inputs that a model cannot be asked about.
package enum PredictionInputError: DescriptionFault, Hashable, CustomStringConvertible {
    case kind(path: String)
    case empty(path: String)
    case array(path: String, name: String, position: Int, present: [String])
    case counts(path: String, first: String, count: Int, other: String, otherCount: Int)
    case noPictures(path: String)
    case notPictures(shapes: [OpenShape])

    package var description: String {
        switch self {
        case .kind(let path):
            "\(path) is of no kind that can be an input: give .npy, .npz, .h5, .csv, .tsv, a .jpg or .png, or a folder of those"
        case .empty(let path): "\(path) holds no examples"
        case .array(let path, let name, let position, let present):
            "\(path) has no array for the input \"\(name)\" (nor \"x\(position)\"); "
                + (present.isEmpty
                    ? "it holds none"
                    : "it holds " + present.prefix(10).map { "\"\($0)\"" }.joined(separator: ", "))
                + (present.count > 10 ? " and \(present.count - 10) more" : "")
        case .counts(let path, let first, let count, let other, let otherCount):
            "\(path) holds \(count) examples for the input \"\(first)\", but \(otherCount) for \"\(other)\"; "
                + "they must be as many"
        case .noPictures(let path): "\(path) holds no .jpg, .jpeg or .png file"
        case .notPictures(let shapes):
            "the model takes \(shapes.map(\.words).joined(separator: " and ")), which no picture of 1 or 3 channels can be"
        }
    }
}
