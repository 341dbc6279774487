import CHDF5

extension HDF5Walk {
    /// Tells and returns the attributes of a group or dataset that hold text or numbers.
    mutating func readAttributes(
        of object: borrowing HDF5Handle, at place: String
    ) throws -> [String: AttributeValue] {
        var values: [String: AttributeValue] = [:]
        for name in try attributeNames(of: object, at: place) {
            guard let value = try attribute(name, of: object, at: place) else { continue }
            try index.attribute(name, of: place, value)
            values[name] = value
        }
        return values
    }

    private func attributeNames(of object: borrowing HDF5Handle, at place: String) throws -> [String] {
        struct Found {
            var names: [String] = []
            let most: Int
        }
        var found = Found(most: limits.objects)
        let status = withUnsafeMutablePointer(to: &found) { pointer in
            chdf5_attributes(
                object.id,
                { name, context in
                    guard let name, let context else { return 1 }
                    let found = context.assumingMemoryBound(to: Found.self)
                    found.pointee.names.append(String(cString: name))
                    return found.pointee.names.count > found.pointee.most ? 1 : 0
                }, pointer)
        }
        guard status >= 0 else { throw damaged(place, "its attributes cannot be listed (\(lastHDF5Message()))") }
        guard status == 0 else { throw refused(place, "it has more than \(limits.objects) attributes") }
        return found.names
    }

    /// Nil for types that are neither text nor numbers.
    private func attribute(
        _ name: String, of object: borrowing HDF5Handle, at place: String
    ) throws -> AttributeValue? {
        let label = place + "@" + name
        guard let attribute = HDF5Handle(H5Aopen(object.id, name, chdf5_default())),
            let type = HDF5Handle(H5Aget_type(attribute.id)), let space = HDF5Handle(H5Aget_space(attribute.id))
        else { throw damaged(label, "it cannot be opened (\(lastHDF5Message()))") }
        let extent = H5Sget_simple_extent_type(space.id)
        let points = extent == H5S_NULL ? 0 : Int(clamping: H5Sget_simple_extent_npoints(space.id))
        if points == 0 { return .empty }
        let size = H5Tget_size(type.id)
        let (bytes, overflow) = points.multipliedReportingOverflow(by: size)
        guard points > 0, points <= HDF5Limits.attributeElements, !overflow, bytes <= limits.attributeBytes else {
            throw refused(label, "it claims \(points) elements of \(size) bytes")
        }
        let isScalar = extent == H5S_SCALAR
        switch H5Tget_class(type.id) {
        case H5T_STRING:
            let texts =
                H5Tis_variable_str(type.id) > 0
                ? try variableStrings(attribute, type, space, count: points, label: label)
                : try fixedStrings(attribute, type, count: points, size: size, label: label)
            return isScalar ? .string(texts[0]) : .strings(texts)
        case H5T_INTEGER, H5T_ENUM:
            var values = [Int64](repeating: 0, count: points)
            guard H5Aread(attribute.id, chdf5_native_int64(), &values) >= 0 else { throw unreadable(label) }
            return isScalar ? .integer(Int(values[0])) : .integers(values.map(Int.init))
        case H5T_FLOAT:
            var values = [Double](repeating: 0, count: points)
            guard H5Aread(attribute.id, chdf5_native_double(), &values) >= 0 else { throw unreadable(label) }
            return isScalar ? .number(values[0]) : .numbers(values)
        default: return nil
        }
    }

    private func variableStrings(
        _ attribute: borrowing HDF5Handle, _ type: borrowing HDF5Handle, _ space: borrowing HDF5Handle, count: Int,
        label: String
    ) throws -> [String] {
        guard let memory = HDF5Handle(H5Tget_native_type(type.id, H5T_DIR_ASCEND)) else { throw unreadable(label) }
        var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
        guard H5Aread(attribute.id, memory.id, &pointers) >= 0 else { throw unreadable(label) }
        defer { H5Dvlen_reclaim(memory.id, space.id, chdf5_default(), &pointers) }
        return pointers.map { $0.map { String(cString: $0) } ?? "" }
    }

    private func fixedStrings(
        _ attribute: borrowing HDF5Handle, _ type: borrowing HDF5Handle, count: Int, size: Int, label: String
    ) throws -> [String] {
        var bytes = [UInt8](repeating: 0, count: count * size)
        guard H5Aread(attribute.id, type.id, &bytes) >= 0 else { throw unreadable(label) }
        let padding = H5Tget_strpad(type.id) == H5T_STR_SPACEPAD ? UInt8(ascii: " ") : 0
        let endsAtZero = H5Tget_strpad(type.id) == H5T_STR_NULLTERM
        return (0..<count).map { index in
            var text = bytes[index * size..<(index + 1) * size]
            if endsAtZero, let end = text.firstIndex(of: 0) { text = text[..<end] }
            while text.last == padding { text.removeLast() }
            return String(decoding: text, as: UTF8.self)
        }
    }

    private func unreadable(_ label: String) -> HDF5Failure {
        damaged(label, "it cannot be read (\(lastHDF5Message()))")
    }
}
