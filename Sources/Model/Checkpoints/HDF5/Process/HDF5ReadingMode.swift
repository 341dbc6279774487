import CHDF5
import CProcess
import Glibc
import Synchronization
import Tensors

/// The mode in which this program, started by itself, does nothing but tell what is in an HDF5 file. libhdf5 reads
/// untrusted files nowhere else.
///
/// Descriptor 3 takes the index, 4 is the file, 5 the memory file for bytes that have to be made. The process
/// dies with its parent, has limits that grow with the file, an empty environment, no plugins, and from before libhdf5 sees the
/// first byte no system calls but those that read and allocate.
package enum HDF5ReadingMode {
    /// The first argument that asks for it. It is no option of the command line, and help does not show it.
    static let option = "--read-hdf5"
    static let version = "1"

    /// Statuses that the process ends with, besides 0.
    static let unusable: Int32 = 2
    static let abandoned: Int32 = 3

    private static let served = Atomic(false)

    /// Whether this program answers to `option`: only then it may be started again.
    static var isServed: Bool { served.load(ordering: .acquiring) }

    /// To be called first in `main`, before any argument is parsed: does the reading and ends the process where that is
    /// what it was started for, else returns at once.
    /// - Parameter arguments: with the program's name.
    package static func serveIfAsked(_ arguments: [String]) {
        served.store(true, ordering: .releasing)
        guard arguments.count > 1, arguments[1] == option else { return }
        guard arguments.count == 4, arguments[2] == version, let parent = pid_t(arguments[3]) else {
            let sentence = "finetune: \(option) is how the program starts itself to read a file\n"
            _ = sentence.withCString { write(2, $0, strlen($0)) }
            _exit(unusable)
        }
        _exit(serve(parent: parent))
    }

    static func arguments(parent: pid_t) -> [String] { ["finetune", option, version, "\(parent)"] }

    /// Nothing of the user's (`HDF5_PLUGIN_PATH` and the like) but where to find libraries; and what keeps the libraries
    /// that this mode does not use from preparing themselves.
    static func environment() -> [String] {
        let libraries = getenv("LD_LIBRARY_PATH").map { "LD_LIBRARY_PATH=" + String(cString: $0) }
        return [
            "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "HDF5_USE_FILE_LOCKING=FALSE", "SWIFT_BACKTRACE=enable=no",
        ] + (libraries.map { [$0] } ?? [])
    }

    private static func serve(parent: pid_t) -> Int32 {
        let (indexDescriptor, file, memory): (Int32, Int32, Int32) = (3, 4, 5)
        var (fileStatus, memoryStatus) = (stat(), stat())
        guard fstat(file, &fileStatus) == 0, fstat(memory, &memoryStatus) == 0 else { return unusable }
        let limits = HDF5Limits(fileSize: Int(fileStatus.st_size))
        var bounds = cp_limits(
            heap_bytes: UInt64(limits.heapBytes),
            mapped_bytes: UInt64(limits.convertedBytes + limits.fileSize),
            cpu_seconds: UInt64(limits.cpuSeconds), descriptors: 6)
        guard cp_confine(parent, &bounds) == 0 else { return unusable }
        guard let mapping = try? MappedFile(descriptor: file, path: "") else { return unusable }
        // Before the first byte is looked at. Kernels without such filters are served by the other limits alone.
        _ = cp_renounce()
        var walk = HDF5Walk(
            limits: limits, index: HDF5IndexWriter(descriptor: indexDescriptor, limits: limits),
            memory: MemoryRoom(descriptor: memory, size: Int(memoryStatus.st_size)))
        do { try mapping.withBytes { try walk.tellAll(of: $0) } } catch let failure as HDF5Failure {
            walk.index.failure(failure.code, at: failure.place, failure.text)
        } catch is HDF5IndexOverflow {
            walk.index.failure(.refused, at: "", "its names and attributes are out of proportion to its size")
        } catch { return unusable }
        return 0
    }
}

extension HDF5Walk {
    /// Opens the file and tells everything; then the process ends.
    fileprivate mutating func tellAll(of bytes: UnsafeRawBufferPointer) throws {
        chdf5_silence()
        H5PLset_loading_state(0)
        guard let file = HDF5Handle(chdf5_open_image(bytes.baseAddress, bytes.count)) else {
            throw damaged("", "libhdf5 cannot open it (\(lastHDF5Message()))")
        }
        try visit(file: file)
        try index.end(convertedBytes: memory.count)
        // Without closing anything: a damaged file can crash that too.
        _exit(0)
    }
}

/// Why reading ends, without the file's name, which the process is not told.
struct HDF5Failure: Error, Hashable {
    let code: HDF5Index.FailureCode
    let place: String
    let text: String

    init(_ code: HDF5Index.FailureCode, _ place: String, _ text: String) {
        self.code = code
        self.place = place
        self.text = text
    }
}
