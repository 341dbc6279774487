import OrderedCollections
import Tensors

/// An HDF5 file as a value, to be written.
package struct HDF5Group: Sendable {
    package var attributes: OrderedDictionary<String, AttributeValue>
    package var children: OrderedDictionary<String, HDF5Node>

    package init(
        attributes: OrderedDictionary<String, AttributeValue> = [:], children: OrderedDictionary<String, HDF5Node> = [:]
    ) {
        self.attributes = attributes
        self.children = children
    }

    /// The group at `path`, whose components are separated by `/`; made where it is absent.
    /// - Throws: `HDF5PathTaken` where a dataset is in the way.
    package mutating func withGroup<Result>(
        at path: String, _ body: (inout HDF5Group) throws -> Result
    ) throws -> Result {
        guard let (first, rest) = HDF5Group.split(path) else { return try body(&self) }
        var group: HDF5Group
        switch children[first] {
        case .group(let existing): group = existing
        case .dataset: throw HDF5PathTaken(path: first)
        case nil: group = HDF5Group()
        }
        // Taken out while it changes, so that it is not copied.
        children[first] = .group(HDF5Group())
        defer { children[first] = .group(group) }
        return try group.withGroup(at: rest, body)
    }

    /// Puts a dataset at `path`, making the groups on the way.
    /// - Throws: `HDF5PathTaken` where something is there already.
    package mutating func insert(_ tensor: TensorSource, at path: String) throws {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? ""
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        try withGroup(at: folder) { group in
            guard group.children[name] == nil, !name.isEmpty else { throw HDF5PathTaken(path: path) }
            group.children[name] = .dataset(tensor)
        }
    }

    /// Puts a float32 dataset at `path`.
    /// - Throws: as above.
    package mutating func insert(_ tensor: Tensor, at path: String) throws {
        try insert(TensorSource(tensor), at: path)
    }

    private static func split(_ path: String) -> (first: String, rest: String)? {
        let parts = path.split(separator: "/", maxSplits: 1)
        guard let first = parts.first else { return nil }
        return (String(first), parts.count > 1 ? String(parts[1]) : "")
    }
}

package enum HDF5Node: Sendable {
    case group(HDF5Group)
    /// Written little-endian, in the tensor's own type.
    case dataset(TensorSource)
}

/// Two things in one file claim the same name.
package struct HDF5PathTaken: Error, CustomStringConvertible {
    package let path: String
    package var description: String { "\"\(path)\" would be written twice; give the layers different names" }
}
