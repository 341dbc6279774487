/// How far an HDF5 file is believed, and what reading it may cost. All of it grows with the file, so that a small file
/// can never cost much and a large one is not refused for being large.
struct HDF5Limits: Hashable, Sendable {
    /// Groups are nested no deeper.
    static let depth = 64
    /// In one attribute.
    static let attributeElements = 1 << 20
    /// Deflate cannot shrink by more than about 1032 to 1: a larger claim is a bomb.
    static let inflation = 1100
    /// What a dataset may hold beyond `inflation` times its stored bytes: constants that were never written out.
    static let unstoredBytes = 1 << 20

    let fileSize: Int
    /// How long the child may go without a word: far longer than it may compute (`cpuSeconds`, which ends libhdf5 running in
    /// circles), since on a busy machine it may wait long for its turn.
    let silenceMilliseconds: Int

    init(fileSize: Int) { self.init(fileSize: fileSize, silenceMilliseconds: 20_000 + 1000 * (fileSize >> 24)) }

    init(fileSize: Int, silenceMilliseconds: Int) {
        self.fileSize = fileSize
        self.silenceMilliseconds = silenceMilliseconds
    }

    /// Links that are followed, counted again where two lead to one object.
    var objects: Int { 4096 + fileSize / 16 }
    /// Of one attribute of fixed size; its bytes are in the file.
    var attributeBytes: Int { fileSize }
    /// Names, shapes and attributes as they come out of the child.
    var indexBytes: Int { 16 << 20 + 4 * fileSize }
    /// All datasets together that have to be decompressed or converted.
    var convertedBytes: Int { 256 << 20 + 16 * fileSize }
    /// The child's private memory.
    var heapBytes: Int { 512 << 20 + 4 * fileSize }
    /// Of computing in the child; libhdf5 is far quicker, unless it runs in a circle.
    var cpuSeconds: Int { 2 + fileSize >> 24 }
    /// For all of it.
    var totalMilliseconds: Int { 4 * silenceMilliseconds }
}
