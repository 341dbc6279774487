import CHDF5
import Tensors

extension HDF5Walk {
    /// Indexes a dataset where it lies, or converts it, or notes why it is skipped.
    mutating func read(dataset: borrowing HDF5Handle, at place: String) throws {
        guard let type = HDF5Handle(H5Dget_type(dataset.id)), let space = HDF5Handle(H5Dget_space(dataset.id)),
            let plan = HDF5Handle(H5Dget_create_plist(dataset.id))
        else { throw damaged(place, "it cannot be opened (\(lastHDF5Message()))") }
        try checkStorage(plan, at: place)
        guard let shape = try shape(of: space, at: place) else {
            contents.skipped.append(SkippedObject(name: place, reason: "an empty dataset"))
            return
        }
        let marked = contents.attributes[place]?["dtype"]?.string
        guard let element = HDF5Element(type, marked: marked) else {
            contents.skipped.append(SkippedObject(name: place, reason: HDF5Element.reason(type)))
            return
        }
        let bytes = shape.count * element.dataType.size
        let destination = try locate(
            dataset, plan, element, stored: H5Tget_size(type.id), bytes: bytes, at: place)
        contents.datasets.append(
            HDF5Contents.Dataset(path: place, shape: shape, dataType: element.dataType, place: destination))
    }

    private mutating func locate(
        _ dataset: borrowing HDF5Handle, _ plan: borrowing HDF5Handle, _ element: borrowing HDF5Element, stored: Int,
        bytes: Int, at place: String
    ) throws -> HDF5Contents.Place {
        if bytes == 0 { return .file(offset: 0) }
        let offset = H5Dget_offset(dataset.id)
        guard element.isPlain, H5Pget_layout(plan.id) == H5D_CONTIGUOUS, offset != chdf5_undefined_address() else {
            return .converted(offset: try convert(dataset, element, stored: stored, bytes: bytes, at: place))
        }
        guard offset <= UInt64(fileSize), bytes <= fileSize - Int(offset), H5Dget_storage_size(dataset.id) >= bytes
        else {
            throw damaged(place, "its \(bytes) bytes at \(offset) reach beyond the file's \(fileSize)")
        }
        return .file(offset: Int(offset))
    }

    private mutating func convert(
        _ dataset: borrowing HDF5Handle, _ element: borrowing HDF5Element, stored: Int, bytes: Int, at place: String
    ) throws -> Int {
        let room = Int(clamping: H5Dget_storage_size(dataset.id))
        let believable = min(room, fileSize).multipliedReportingOverflow(by: HDF5Limits.inflation)
        let claimed = bytes / element.dataType.size * stored
        guard bytes <= HDF5Limits.convertedBytes, memory.count + bytes <= HDF5Limits.totalConvertedBytes,
            believable.overflow || claimed <= believable.partialValue + HDF5Limits.unstoredBytes
        else { throw refused(place, "it claims \(claimed) bytes but stores \(room)") }
        let memoryType = element.memoryType.id
        let (id, path) = (dataset.id, path)
        return try memory.append(size: bytes) { buffer in
            let all = chdf5_all()
            guard H5Dread(id, memoryType, all, all, chdf5_default(), buffer.baseAddress) >= 0 else {
                throw CheckpointError.damaged(
                    path: path, place: place, problem: "it cannot be read (\(lastHDF5Message()))")
            }
        }
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
        guard (0...32).contains(rank) else { throw damaged(place, "its rank is \(rank)") }
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
