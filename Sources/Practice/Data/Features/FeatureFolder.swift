import Glibc
import Tensors

/// The folder in which features outlive a run, and how large it may grow. What was used longest ago goes first.
package struct FeatureFolder: Hashable, Sendable {
    package let path: String
    /// Bytes of all files together.
    package let limit: Int

    private static let ending = ".features"
    /// Where nothing else is said.
    package static let standardLimit = 16 << 30

    package init(path: String, limit: Int = FeatureFolder.standardLimit) {
        self.path = path
        self.limit = limit
    }

    /// `features` in `$FINETUNE_CACHE`, else in `finetune` below `$XDG_CACHE_HOME`, else below `~/.cache`; nil where the
    /// environment names none.
    package static var standard: FeatureFolder? {
        func variable(_ name: String) -> String? {
            guard let value = getenv(name), value.pointee != 0 else { return nil }
            return String(cString: value)
        }
        let base =
            variable("FINETUNE_CACHE") ?? variable("XDG_CACHE_HOME").map { $0 + "/finetune" }
            ?? variable("HOME").map { $0 + "/.cache/finetune" }
        return base.map { FeatureFolder(path: $0 + "/features") }
    }

    /// Where the features of a key lie.
    func file(of key: String) -> String { path + "/" + key + FeatureFolder.ending }

    /// Removes the files used longest ago until one of `bytes` for `key` may come, but none that is in use.
    /// - Returns: whether there is room, here and on the disk.
    func makeRoom(for bytes: Int, of key: String) -> Bool {
        guard bytes <= limit else { return false }
        var files = entries().sorted { ($0.used, $0.path) < ($1.used, $1.path) }
        // What is there of its own is there already.
        let own = files.firstIndex { $0.path == file(of: key) }.map { files.remove(at: $0).bytes } ?? 0
        var total = files.reduce(0) { $0 + $1.bytes }
        while total + bytes > limit || free - max(bytes - own, 0) < FeatureFolder.reserve {
            guard !files.isEmpty else { return false }
            let oldest = files.removeFirst()
            let descriptor = open(oldest.path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, unlink(oldest.path) == 0 else { continue }
            total -= oldest.bytes
        }
        return true
    }

    /// Bytes of the disk that are left to others.
    private static let reserve = 1 << 30

    private var free: Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    private struct Entry {
        let path: String
        let bytes: Int
        /// Nanoseconds since 1970.
        let used: Int
    }

    private func entries() -> [Entry] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            let file = path + "/" + name
            guard name.hasSuffix(FeatureFolder.ending), lstat(file, &status) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            entries.append(
                Entry(
                    path: file, bytes: Int(status.st_blocks) * 512,
                    used: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec))
        }
        return entries
    }
}
