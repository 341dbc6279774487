import Glibc
import Tensors

/// Features by what they follow from. Those that take long to compute again lie in files and serve other runs too; the others, and
/// all where there is no folder, lie in memory for as long as the store does.
package final class FeatureStore {
    /// Where features are to be.
    package enum Place: Hashable, Sendable {
        /// Nowhere, and why, as part of a sentence.
        case nowhere(String)
        case memory
        case folder(String)
    }

    private let folder: FeatureFolder?
    /// Bytes of one kind of features that may be kept.
    private let limit: Int?
    /// Bytes that all features in memory may take.
    package let memoryLimit: Int
    /// Operations that make features worth a file.
    package let lastingFrom: Int
    /// In the order they were asked for.
    private var open: [(key: String, rows: FeatureRows)] = []

    /// - Parameters:
    ///   - folder: nil: everything lies in memory.
    ///   - limit: in bytes; nil for as much as there is room for, 0 for nothing.
    ///   - memoryLimit: a quarter of the machine's memory where nil.
    ///   - lastingFrom: operations that make features worth a file; those of less than a tenth of a second are not.
    package init(
        folder: FeatureFolder?, limit: Int? = nil, memoryLimit: Int? = nil, lastingFrom: Int = 2_000_000_000
    ) {
        self.folder = folder
        self.lastingFrom = lastingFrom
        self.limit = limit
        self.memoryLimit = memoryLimit ?? sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 4
    }

    /// Whether features are computed in every step.
    package var keepsNothing: Bool { limit == 0 }

    /// Where features of so many bytes would be, whatever the disk has room for.
    /// - Parameter isLasting: whether they are worth a file.
    package func place(bytes: Int, isLasting: Bool) -> Place {
        if limit == 0 { return .nowhere("\"cache\" is off") }
        if let limit, bytes > limit { return .nowhere("they take more than the \(limit) bytes of \"cache\"") }
        if isLasting, let folder, bytes <= folder.limit { return .folder(folder.path) }
        return bytes <= memoryLimit
            ? .memory : .nowhere("they take more than the \(memoryLimit) bytes of memory there are for them")
    }

    /// The rows of a key, those that are there and those that are to come.
    /// - Parameters:
    ///   - key: of everything that they follow from; of letters and digits.
    ///   - precision: what is kept of a number.
    ///   - needed: rows that are wanted of all.
    /// - Returns: nil where they are not kept.
    package func rows(
        key: String, count: Int, floats: Int, precision: Precision = .float32, needed: Int, isLasting: Bool
    ) -> FeatureRows? {
        if let index = open.firstIndex(where: { $0.key == key }) {
            let entry = open.remove(at: index)
            open.append(entry)
            return entry.rows
        }
        let shape = FeatureShape(count: count, floats: floats, precision: precision)
        let bytes = needed * shape.rowBytes
        var rows: FeatureRows?
        switch place(bytes: bytes, isLasting: isLasting) {
        case .nowhere: return nil
        case .folder:
            rows = file(key: key, shape, needed: needed, bytes: bytes)
            // A folder that cannot be had, or a file that another process fills.
            if rows == nil, bytes <= memoryLimit { rows = memory(shape, bytes: bytes) }
        case .memory: rows = memory(shape, bytes: bytes)
        }
        if let rows { open.append((key, rows)) }
        return rows
    }

    private func file(key: String, _ shape: FeatureShape, needed: Int, bytes: Int) -> FeatureRows? {
        guard let folder, (try? makeFolder(folder.path, mode: 0o700)) != nil, folder.makeRoom(for: bytes, of: key)
        else { return nil }
        return try? FeatureRows(path: folder.file(of: key), key: key, shape, needed: needed)
    }

    /// What was used longest ago goes where there is too little room. Only rows that are wanted are ever touched.
    private func memory(_ shape: FeatureShape, bytes: Int) -> FeatureRows? {
        func held() -> Int { open.reduce(0) { $0 + ($1.rows.path == nil ? $1.rows.bytes : 0) } }
        while held() + bytes > memoryLimit, let oldest = open.firstIndex(where: { $0.rows.path == nil }) {
            open.remove(at: oldest)
        }
        return try? FeatureRows(shape)
    }
}
