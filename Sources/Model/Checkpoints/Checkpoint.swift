import Glibc
import OrderedCollections
import Tensors

/// A checkpoint file as an index over mapped bytes, whatever its format: tensors by name, attributes by group. Opening
/// one reads no weights.
package struct Checkpoint: Sendable {
    package let path: String
    package let format: CheckpointFormat
    /// Every readable tensor by its full path inside the file, in the file's order (HDF5: by name).
    package let tensors: OrderedDictionary<String, StoredTensor>
    /// The groups of an HDF5 file; the root is the empty string.
    package let groups: OrderedSet<String>
    /// Attributes by the path of the group or dataset that carries them; the root is the empty string. The metadata of
    /// a safetensors file are attributes of the root.
    package let attributes: OrderedDictionary<String, OrderedDictionary<String, AttributeValue>>
    /// What is in the file but holds no numbers that could be weights, and why: strings, compounds.
    package let skipped: [SkippedObject]

    /// - Throws: `CheckpointError`, or `SystemError` where the file cannot be opened.
    package init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError(operation: "open", path: path) }
        defer { close(descriptor) }
        try self.init(descriptor: descriptor, path: path)
    }

    /// A file that is open already; the descriptor stays the caller's.
    /// - Parameter path: for messages.
    package init(descriptor: Int32, path: String) throws {
        let mapping = try MappedFile(descriptor: descriptor, path: path)
        let format = try CheckpointFormat.detect(mapping.bytes, path: path)
        switch format {
        case .hdf5: self.init(try HDF5Reader.contents(of: descriptor, path: path), mapping: mapping)
        case .npy: self.init(path: path, format: .npy, tensors: [try NPYReader.tensor(in: mapping, name: "array")])
        case .npz, .keras: self = try ZipArchive.checkpoint(descriptor: descriptor, path: path)
        case .safetensors: self = try SafeTensorsReader.checkpoint(mapping)
        }
    }

    /// An HDF5 file that was made in memory; nil where it is something else. It is sealed first: what is read is what is mapped.
    /// - Parameter path: for messages.
    init?(hdf5 memory: borrowing MemoryFile, path: String) throws {
        try memory.seal(size: memory.count)
        let mapping = try MappedFile(descriptor: memory.descriptor, path: path)
        guard mapping.withBytes(CheckpointFormat.hasHDF5Signature) else { return nil }
        self.init(try HDF5Reader.contents(of: memory.descriptor, path: path), mapping: mapping)
    }

    init(
        path: String, format: CheckpointFormat, tensors: [StoredTensor], groups: OrderedSet<String> = [""],
        attributes: OrderedDictionary<String, OrderedDictionary<String, AttributeValue>> = [:],
        skipped: [SkippedObject] = []
    ) {
        self.path = path
        self.format = format
        self.tensors = OrderedDictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.groups = groups
        self.attributes = attributes
        self.skipped = skipped
    }

    private init(_ contents: HDF5Contents, mapping: MappedFile) {
        let tensors = contents.datasets.map { dataset in
            switch dataset.place {
            case .file(let offset): dataset.stored(in: mapping, at: offset)
            case .converted(let offset): dataset.stored(in: contents.converted ?? mapping, at: offset)
            }
        }
        self.init(
            path: mapping.path, format: .hdf5, tensors: tensors, groups: contents.groups,
            attributes: contents.attributes, skipped: contents.skipped)
    }

    /// The attribute `name` of a group or dataset, if it is there.
    package func attribute(_ name: String, of group: String = "") -> AttributeValue? { attributes[group]?[name] }

    /// A list of strings. One that was too long for a single attribute and is stored as `name0`, `name1`, … is joined.
    package func strings(_ name: String, of group: String = "") -> [String]? {
        if let whole = attribute(name, of: group) { return whole.strings }
        guard attribute(name + "0", of: group) != nil else { return nil }
        var joined: [String] = []
        var part = 0
        while let values = attribute("\(name)\(part)", of: group)?.strings {
            joined += values
            part += 1
        }
        return joined
    }

    /// The tensor called `name`.
    /// - Throws: `CheckpointError.missing`, with what is there.
    package func tensor(_ name: String) throws -> StoredTensor {
        if let tensor = tensors[name] { return tensor }
        let some = tensors.keys.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
        let more = tensors.count > 8 ? " and \(tensors.count - 8) more" : ""
        throw CheckpointError.missing(path: path, place: name, available: some.isEmpty ? "no tensors" : some + more)
    }

    /// The bytes of all tensors together.
    package var byteCount: Int { tensors.values.reduce(0) { $0 + $1.byteCount } }
}

/// Something in a file that is not a numeric array.
package struct SkippedObject: Hashable, Sendable {
    package let name: String
    package let reason: String

    package init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}
