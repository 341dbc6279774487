import CHDF5
import Tensors

extension HDF5Walk {
    /// Indexes a dataset where it lies, or converts it, or notes why it is skipped.
    /// - Parameter marked: its attribute `dtype`, if any.
    mutating func read(dataset: borrowing HDF5Handle, at place: String, marked: String?) throws {
        guard let plan = HDF5Handle(H5Dget_create_plist(dataset.id)) else { throw unopened(place) }
        // Before its extent is asked for: that of a virtual dataset may lie in other files, which libhdf5 would open.
        try checkStorage(plan, at: place)
        guard let type = HDF5Handle(H5Dget_type(dataset.id)), let space = HDF5Handle(H5Dget_space(dataset.id)) else {
            throw unopened(place)
        }
        guard let shape = try shape(of: space, at: place) else {
            try index.skipped(SkippedObject(name: place, reason: "an empty dataset"))
            return
        }
        guard let element = HDF5Element(type, marked: marked) else {
            try index.skipped(SkippedObject(name: place, reason: HDF5Element.reason(type)))
            return
        }
        let bytes = shape.count * element.dataType.size
        let destination = try locate(
            dataset, plan, element, stored: H5Tget_size(type.id), bytes: bytes, at: place)
        try index.dataset(
            HDF5Contents.Dataset(path: place, shape: shape, dataType: element.dataType, place: destination))
    }

    private mutating func locate(
        _ dataset: borrowing HDF5Handle, _ plan: borrowing HDF5Handle, _ element: borrowing HDF5Element, stored: Int,
        bytes: Int, at place: String
    ) throws -> HDF5Contents.Place {
        if bytes == 0 { return .file(offset: 0) }
        let offset = H5Dget_offset(dataset.id)
        guard element.isPlain, H5Pget_layout(plan.id) == H5D_CONTIGUOUS, offset != chdf5_undefined_address() else {
            return .converted(offset: try convert(dataset, plan, element, stored: stored, bytes: bytes, at: place))
        }
        guard offset <= UInt64(limits.fileSize), bytes <= limits.fileSize - Int(offset),
            H5Dget_storage_size(dataset.id) >= bytes
        else {
            throw damaged(place, "its \(bytes) bytes at \(offset) reach beyond the file's \(limits.fileSize)")
        }
        return .file(offset: Int(offset))
    }

    private mutating func convert(
        _ dataset: borrowing HDF5Handle, _ plan: borrowing HDF5Handle, _ element: borrowing HDF5Element, stored: Int,
        bytes: Int, at place: String
    ) throws -> Int {
        let stored = (all: Int(clamping: H5Dget_storage_size(dataset.id)), each: stored)
        let believable = min(stored.all, limits.fileSize) * HDF5Limits.inflation + HDF5Limits.unstoredBytes
        let claimed = (bytes / element.dataType.size).multipliedReportingOverflow(by: stored.each)
        guard !claimed.overflow, claimed.partialValue <= believable else {
            throw refused(
                place, "it claims \(claimed.overflow ? bytes : claimed.partialValue) bytes but stores \(stored.all)")
        }
        guard bytes <= memory.left else {
            throw refused(
                place, "it unpacks to \(bytes) bytes, out of proportion to the file's \(limits.fileSize)")
        }
        try checkFilters(plan, at: place)
        try index.progress()
        let (id, memoryType) = (dataset.id, element.memoryType.id)
        let read = memory.append(size: bytes) { buffer in
            let all = chdf5_all()
            return H5Dread(id, memoryType, all, all, chdf5_default(), buffer.baseAddress) >= 0
        }
        guard let offset = read else { throw damaged(place, "it cannot be read (\(lastHDF5Message()))") }
        return offset
    }

    /// The ways of packing that this libhdf5 knows are not those that every other one knows.
    private func checkFilters(_ plan: borrowing HDF5Handle, at place: String) throws {
        let count = H5Pget_nfilters(plan.id)
        guard count >= 0 else { throw damaged(place, "its filters cannot be listed (\(lastHDF5Message()))") }
        for position in 0..<UInt32(count) {
            var flags: UInt32 = 0
            var (elements, configuration) = (0, UInt32(0))
            let filter = H5Pget_filter2(plan.id, position, &flags, &elements, nil, 0, nil, &configuration)
            guard filter < 0 || H5Zfilter_avail(filter) <= 0 else { continue }
            let name = HDF5Walk.filterNames[filter] ?? "filter \(filter)"
            throw HDF5Failure(
                .unsupported, place, "it is packed with \(name), which libhdf5 here cannot unpack (repack it with gzip)"
            )
        }
    }

    /// Those that h5py offers, and the plugins that are seen in the wild.
    private static let filterNames: [H5Z_filter_t: String] = [
        4: "szip", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32015: "zstd", 32026: "blosc2",
    ]

    private func unopened(_ place: String) -> HDF5Failure {
        damaged(place, "it cannot be opened (\(lastHDF5Message()))")
    }

    private func checkStorage(_ plan: borrowing HDF5Handle, at place: String) throws {
        guard H5Pget_external_count(plan.id) <= 0 else {
            throw refused(place, "its values are stored in another file")
        }
        guard H5Pget_layout(plan.id) != H5D_VIRTUAL else {
            throw refused(place, "it is a virtual dataset, a view of other files")
        }
    }

    /// Nil for a dataset without any elements at all (a null space).
    private func shape(of space: borrowing HDF5Handle, at place: String) throws -> Shape? {
        switch H5Sget_simple_extent_type(space.id) {
        case H5S_NULL: return nil
        case H5S_SCALAR: return .scalar
        default: break
        }
        let rank = Int(H5Sget_simple_extent_ndims(space.id))
        guard (0...HDF5Index.highestRank).contains(rank) else { throw damaged(place, "its rank is \(rank)") }
        var extents = [hsize_t](repeating: 0, count: rank)
        guard H5Sget_simple_extent_dims(space.id, &extents, nil) >= 0 else { throw damaged(place, "it has no shape") }
        var bytes = 8
        for extent in extents {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(Int(clamping: extent), 1))
            guard !overflow else { throw refused(place, "its shape \(extents) is impossibly large") }
            bytes = product
        }
        return Shape(extents.map { Int($0) })
    }
}
