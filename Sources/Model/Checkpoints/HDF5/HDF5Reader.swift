import CHDF5
import Synchronization
import Tensors

/// Reads the index of an HDF5 file through libhdf5.
enum HDF5Reader {
    /// Not every build of libhdf5 may be entered by two threads at once.
    static let library = Mutex(())

    /// - Throws: `CheckpointError`; links that are not hard links, storage outside the file, and sizes that cannot be
    ///   honest are refused by name.
    static func contents(of path: String) throws -> HDF5Contents {
        try library.withLock { _ in
            chdf5_silence()
            H5PLset_loading_state(0)
            guard let file = HDF5Handle(H5Fopen(path, chdf5_read_only(), chdf5_default())) else {
                throw CheckpointError.damaged(
                    path: path, place: "", problem: "libhdf5 cannot open it (\(lastHDF5Message()))")
            }
            var walk = try HDF5Walk(path: path)
            try walk.visit(file: file)
            return try walk.finish()
        }
    }
}

/// One walk over all hard links of a file.
struct HDF5Walk: ~Copyable {
    let path: String
    let fileSize: Int
    var contents: HDF5Contents
    var memory: MemoryFile
    private var objects: Int

    init(path: String) throws {
        let memory = try MemoryFile(origin: path)
        let fileSize = try MappedFile(path: path).bytes.count
        self.path = path
        self.fileSize = fileSize
        self.memory = memory
        contents = HDF5Contents()
        objects = 0
    }

    consuming func finish() throws -> HDF5Contents {
        var contents = contents
        contents.converted = try memory.mapped()
        return contents
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
        contents.groups.append(place)
        try readAttributes(of: group, at: place)
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
        guard objects <= HDF5Limits.objects else {
            throw refused(place, "the file has more than \(HDF5Limits.objects) objects")
        }
        var kind = CHDF5_OBJECT_OTHER
        var address: UInt64 = 0
        guard let object = HDF5Handle(H5Oopen(group.id, name, chdf5_default())),
            chdf5_object_info(object.id, &kind, &address) >= 0
        else { throw damaged(place, "it cannot be opened (\(lastHDF5Message()))") }
        switch kind {
        case CHDF5_OBJECT_GROUP: try visit(group: object, at: place, ancestors: ancestors)
        case CHDF5_OBJECT_DATASET:
            try readAttributes(of: object, at: place)
            try read(dataset: object, at: place)
        default: contents.skipped.append(SkippedObject(name: place, reason: "a named data type"))
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
        }
        var found = Found()
        let status = withUnsafeMutablePointer(to: &found) { pointer in
            chdf5_links(
                group.id,
                { name, kind, context in
                    guard let name, let context else { return 1 }
                    let found = context.assumingMemoryBound(to: Found.self)
                    found.pointee.links.append((String(cString: name), kind))
                    return found.pointee.links.count > HDF5Limits.objects ? 1 : 0
                }, pointer)
        }
        guard status >= 0 else { throw damaged(place, "its links cannot be listed (\(lastHDF5Message()))") }
        guard status == 0 else { throw refused(place, "it has more than \(HDF5Limits.objects) links") }
        return found.links
    }

    func damaged(_ place: String, _ problem: String) -> CheckpointError {
        .damaged(path: path, place: place, problem: problem)
    }

    func refused(_ place: String, _ reason: String) -> CheckpointError {
        .refused(path: path, place: place, reason: reason)
    }
}
