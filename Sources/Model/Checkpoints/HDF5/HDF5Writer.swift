import CHDF5
import OrderedCollections
import Tensors

/// Writes HDF5 files that the oldest h5py opens (superblock version 0, contiguous, unfiltered) and in which nothing
/// depends on the clock or the machine: equal trees give equal bytes.
package enum HDF5Writer {
    /// The longest attribute that an object header of the old format holds. Longer lists of names are split into
    /// `name0`, `name1`, … as Keras does.
    static let longestAttribute = 64512

    /// - Throws: `CheckpointError.unwritable` or `SystemError`; nothing is left behind then.
    package static func write(_ root: HDF5Group, to path: String) throws {
        try image(root, label: path).write(to: path)
    }

    /// The file, built in memory, so that a full disk never meets a half-closed file. Of the large tensors only the
    /// places are kept there.
    /// - Parameter label: the file's name, for messages.
    /// - Throws: `CheckpointError.unwritable` or `SystemError`.
    package static func image(_ root: HDF5Group, label: String) throws -> FileImage {
        try HDF5Reader.library.withLock { _ in
            chdf5_silence()
            var encoder = HDF5Encoder(label: label)
            return try encoder.encode(root)
        }
    }

    /// All bytes of the file.
    /// - Throws: as `image`.
    package static func encode(_ root: HDF5Group, label: String) throws -> [UInt8] {
        try image(root, label: label).bytes
    }
}

private struct HDF5Encoder {
    /// Tensors of this size and more leave memory once their place is known.
    private static let largeTensor = 1 << 20

    let label: String
    /// The large tensors and where they begin in the file.
    private var placed: [(offset: Int, tensor: TensorSource)] = []

    init(label: String) { self.label = label }

    mutating func encode(_ root: HDF5Group) throws -> FileImage {
        guard let access = HDF5Handle(H5Pcreate(chdf5_file_access_class())),
            H5Pset_fapl_core(access.id, 1 << 20, false) >= 0, chdf5_use_oldest_layout(access.id) >= 0,
            let file = HDF5Handle(H5Fcreate("image", chdf5_truncate(), chdf5_default(), access.id)),
            let group = HDF5Handle(H5Gopen2(file.id, "/", chdf5_default()))
        else { throw failure("", lastHDF5Message()) }
        try write(root, into: group, at: "", of: file)
        guard H5Fflush(file.id, H5F_SCOPE_GLOBAL) >= 0 else { throw failure("", lastHDF5Message()) }
        var start: UnsafePointer<UInt8>?
        var size = 0
        guard chdf5_image(file.id, &start, &size) >= 0 else { throw failure("", lastHDF5Message()) }
        return try withExtendedLifetime(file) { try image(UnsafeBufferPointer(start: start, count: size)) }
    }

    /// In the oldest superblock: whether somebody has the file open, which libhdf5 takes back when it is closed.
    private static let openFlags = 20..<24

    /// What libhdf5 built, with the large tensors back in their places.
    private func image(_ built: UnsafeBufferPointer<UInt8>) throws -> FileImage {
        let flags = HDF5Encoder.openFlags
        var image = FileImage(Array(built[..<flags.lowerBound]) + [0, 0, 0, 0])
        for (offset, tensor) in placed.sorted(by: { $0.offset < $1.offset }) {
            guard offset >= image.byteCount, offset + tensor.byteCount <= built.count else {
                throw failure("", "libhdf5 put two tensors in one place")
            }
            image.append(Array(built[image.byteCount..<offset]))
            image.append(tensor)
        }
        image.append(Array(built[image.byteCount...]))
        return image
    }

    private mutating func write(
        _ tree: HDF5Group, into group: borrowing HDF5Handle, at place: String, of file: borrowing HDF5Handle
    ) throws {
        for (name, value) in tree.attributes { try write(name, value, to: group, at: place) }
        for (name, node) in tree.children {
            let path = place.isEmpty ? name : place + "/" + name
            guard !name.isEmpty, !name.contains("/"), name != ".", !name.utf8.contains(0) else {
                throw failure(path, "\"\(name)\" cannot be a name in an HDF5 file")
            }
            switch node {
            case .group(let child):
                let id = H5Gcreate2(group.id, name, chdf5_default(), chdf5_default(), chdf5_default())
                guard let handle = HDF5Handle(id) else { throw failure(path, lastHDF5Message()) }
                try write(child, into: handle, at: path, of: file)
            case .dataset(let tensor): try write(tensor, named: name, into: group, at: path, of: file)
            }
        }
    }

    private mutating func write(
        _ tensor: TensorSource, named name: String, into group: borrowing HDF5Handle, at path: String,
        of file: borrowing HDF5Handle
    ) throws {
        guard let plan = HDF5Handle(H5Pcreate(chdf5_dataset_create_class())),
            H5Pset_obj_track_times(plan.id, false) >= 0, let space = space(of: tensor.shape.dimensions),
            let type = HDF5ElementType.handle(for: tensor.dataType),
            let dataset = HDF5Handle(
                H5Dcreate2(group.id, name, type.id, space.id, chdf5_default(), plan.id, chdf5_default()))
        else { throw failure(path, lastHDF5Message()) }
        // Keras' mark, without which nobody could tell the pairs of bytes.
        if tensor.dataType == .bfloat16 { try write("dtype", "bfloat16", to: dataset, at: path) }
        guard tensor.byteCount > 0 else { return }
        let all = chdf5_all()
        let status = tensor.withBytes { H5Dwrite(dataset.id, type.id, all, all, chdf5_default(), $0.baseAddress) }
        guard status >= 0 else { throw failure(path, lastHDF5Message()) }
        let offset = H5Dget_offset(dataset.id)
        guard tensor.byteCount >= HDF5Encoder.largeTensor, offset != chdf5_undefined_address() else { return }
        placed.append((Int(offset), tensor))
        chdf5_forget(file.id, UInt64(offset), UInt64(tensor.byteCount))
    }

    /// Nil dimensions make a scalar.
    private func space(of extents: [Int]?) -> HDF5Handle? {
        guard let extents, !extents.isEmpty else { return HDF5Handle(H5Screate(H5S_SCALAR)) }
        let dims = extents.map { hsize_t($0) }
        return HDF5Handle(H5Screate_simple(Int32(dims.count), dims, nil))
    }

    private func failure(_ place: String, _ problem: String) -> CheckpointError {
        .unwritable(path: label, place: place, problem: problem)
    }
}

extension HDF5Encoder {
    private func write(
        _ name: String, _ value: AttributeValue, to group: borrowing HDF5Handle, at place: String
    ) throws {
        switch value {
        case .empty: try attach(name, type: chdf5_ieee_f64le(), [0], to: group, at: place) { _ in }
        case .string(let text): try write(name, text, to: group, at: place)
        case .strings(let texts): try write(name, texts, to: group, at: place)
        case .integer(let value):
            try writeNumbers(name, [Int64(value)], chdf5_std_i64le(), chdf5_native_int64(), nil, group, place)
        case .integers(let values):
            try writeNumbers(
                name, values.map(Int64.init), chdf5_std_i64le(), chdf5_native_int64(), [values.count], group, place)
        case .number(let value):
            try writeNumbers(name, [value], chdf5_ieee_f64le(), chdf5_native_double(), nil, group, place)
        case .numbers(let values):
            try writeNumbers(
                name, values, chdf5_ieee_f64le(), chdf5_native_double(), [values.count], group, place)
        }
    }

    /// One text: of variable length, as h5py writes it; those live outside the header and may be of any size.
    private func write(_ name: String, _ text: String, to group: borrowing HDF5Handle, at place: String) throws {
        guard let type = HDF5Handle(H5Tcopy(chdf5_c_string())), H5Tset_size(type.id, chdf5_variable()) >= 0,
            H5Tset_cset(type.id, text.utf8.allSatisfy { $0 < 0x80 } ? H5T_CSET_ASCII : H5T_CSET_UTF8) >= 0
        else { throw failure(place, lastHDF5Message()) }
        let id = type.id
        try attach(name, type: id, nil, to: group, at: place) { attribute in
            try text.withCString { characters in
                var pointer: UnsafePointer<CChar>? = characters
                guard H5Awrite(attribute, id, &pointer) >= 0 else { throw failure(place, lastHDF5Message()) }
            }
        }
    }

    /// A list of texts: as NumPy's fixed-width byte strings, padded with zeros, split where it is too long.
    private func write(_ name: String, _ texts: [String], to group: borrowing HDF5Handle, at place: String) throws {
        let width = max(texts.map(\.utf8.count).max() ?? 0, 1)
        guard width <= HDF5Writer.longestAttribute else {
            throw failure(place, "the name \"\(texts[0].prefix(40))…\" is too long")
        }
        let perPart = HDF5Writer.longestAttribute / width
        guard texts.count > perPart else {
            return try writeFixed(name, texts[...], width: width, to: group, at: place)
        }
        // The number of parts and their sizes are those of numpy.array_split, which Keras uses.
        let parts = (texts.count + perPart - 1) / perPart
        var start = 0
        for part in 0..<parts {
            let count = texts.count / parts + (part < texts.count % parts ? 1 : 0)
            try writeFixed("\(name)\(part)", texts[start..<start + count], width: width, to: group, at: place)
            start += count
        }
    }

    private func writeFixed(
        _ name: String, _ texts: ArraySlice<String>, width: Int, to group: borrowing HDF5Handle, at place: String
    ) throws {
        guard let type = HDF5Handle(H5Tcopy(chdf5_c_string())), H5Tset_size(type.id, width) >= 0,
            H5Tset_strpad(type.id, H5T_STR_NULLPAD) >= 0
        else { throw failure(place, lastHDF5Message()) }
        var bytes: [UInt8] = []
        for text in texts { bytes += Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count) }
        let id = type.id
        try attach(name, type: id, [texts.count], to: group, at: place) { attribute in
            guard texts.isEmpty || H5Awrite(attribute, id, bytes) >= 0 else { throw failure(place, lastHDF5Message()) }
        }
    }

    private func writeNumbers<Number: BitwiseCopyable>(
        _ name: String, _ values: [Number], _ type: hid_t, _ native: hid_t, _ extents: [Int]?,
        _ group: borrowing HDF5Handle, _ place: String
    ) throws {
        try attach(name, type: type, extents, to: group, at: place) { attribute in
            guard values.isEmpty || H5Awrite(attribute, native, values) >= 0 else {
                throw failure(place, lastHDF5Message())
            }
        }
    }

    private func attach(
        _ name: String, type: hid_t, _ extents: [Int]?, to group: borrowing HDF5Handle, at place: String,
        _ write: (hid_t) throws -> Void
    ) throws {
        guard let space = space(of: extents),
            let attribute = HDF5Handle(
                H5Acreate2(group.id, name, type, space.id, chdf5_default(), chdf5_default()))
        else { throw failure(place.isEmpty ? "@" + name : place + "@" + name, lastHDF5Message()) }
        try write(attribute.id)
    }
}
