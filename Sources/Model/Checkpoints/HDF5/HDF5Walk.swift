import CHDF5
import Tensors

/// One walk over all hard links of a file, telling what it finds.
struct HDF5Walk: ~Copyable {
    let limits: HDF5Limits
    var index: HDF5IndexWriter
    var memory: MemoryRoom
    private var objects = 0

    init(limits: HDF5Limits, index: HDF5IndexWriter, memory: consuming MemoryRoom) {
        self.limits = limits
        self.index = index
        self.memory = memory
    }

    mutating func visit(file: borrowing HDF5Handle) throws {
        guard let root = HDF5Handle(H5Gopen2(file.id, "/", chdf5_default())) else {
            throw damaged("", "its root group cannot be opened")
        }
        try visit(group: root, at: "", ancestors: [])
    }

    private mutating func visit(group: borrowing HDF5Handle, at place: String, ancestors: [UInt64]) throws {
        var kind = CHDF5_OBJECT_OTHER
        var address: UInt64 = 0
        guard chdf5_object_info(group.id, &kind, &address) >= 0 else { throw damaged(place, "it has no header") }
        guard !ancestors.contains(address) else { throw refused(place, "the group contains itself") }
        guard ancestors.count < HDF5Limits.depth else {
            throw refused(place, "groups are nested more than \(HDF5Limits.depth) deep")
        }
        try index.group(place)
        _ = try readAttributes(of: group, at: place)
        for link in try links(of: group, at: place) {
            let child = place.isEmpty ? link.name : place + "/" + link.name
            guard link.kind == CHDF5_LINK_HARD else { throw refused(child, HDF5Walk.reason(link.kind)) }
            try visit(child: link.name, of: group, at: child, ancestors: ancestors + [address])
        }
    }

    private mutating func visit(
        child name: String, of group: borrowing HDF5Handle, at place: String, ancestors: [UInt64]
    ) throws {
        objects += 1
        guard objects <= limits.objects else {
            throw refused(place, "the file has more than \(limits.objects) objects")
        }
        var kind = CHDF5_OBJECT_OTHER
        var address: UInt64 = 0
        guard let object = HDF5Handle(H5Oopen(group.id, name, chdf5_default())),
            chdf5_object_info(object.id, &kind, &address) >= 0
        else { throw damaged(place, "it cannot be opened (\(lastHDF5Message()))") }
        switch kind {
        case CHDF5_OBJECT_GROUP: try visit(group: object, at: place, ancestors: ancestors)
        case CHDF5_OBJECT_DATASET:
            let attributes = try readAttributes(of: object, at: place)
            try read(dataset: object, at: place, marked: attributes["dtype"]?.string)
        default: try index.skipped(SkippedObject(name: place, reason: "a named data type"))
        }
    }

    private static func reason(_ kind: chdf5_link) -> String {
        switch kind {
        case CHDF5_LINK_SOFT: "it is a soft link, and only hard links are followed"
        case CHDF5_LINK_EXTERNAL: "it is a link to another file, and only hard links are followed"
        default: "it is a link of an unknown kind, and only hard links are followed"
        }
    }

    private func links(
        of group: borrowing HDF5Handle, at place: String
    ) throws -> [(name: String, kind: chdf5_link)] {
        struct Found {
            var links: [(name: String, kind: chdf5_link)] = []
            let most: Int
        }
        var found = Found(most: limits.objects)
        let status = withUnsafeMutablePointer(to: &found) { pointer in
            chdf5_links(
                group.id,
                { name, kind, context in
                    guard let name, let context else { return 1 }
                    let found = context.assumingMemoryBound(to: Found.self)
                    found.pointee.links.append((String(cString: name), kind))
                    return found.pointee.links.count > found.pointee.most ? 1 : 0
                }, pointer)
        }
        guard status >= 0 else { throw damaged(place, "its links cannot be listed (\(lastHDF5Message()))") }
        guard status == 0 else { throw refused(place, "it has more than \(limits.objects) links") }
        return found.links
    }

    func damaged(_ place: String, _ problem: String) -> HDF5Failure { HDF5Failure(.damaged, place, problem) }

    func refused(_ place: String, _ reason: String) -> HDF5Failure { HDF5Failure(.refused, place, reason) }
}
