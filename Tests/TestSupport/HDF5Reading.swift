import Checkpoints

/// Called when a test bundle is loaded: where it was started by itself to read an HDF5 file, it does that and ends.
@_cdecl("test_support_serve_hdf5_reading")
package func serveHDF5Reading(_ count: Int32, _ arguments: UnsafePointer<UnsafePointer<CChar>?>) {
    HDF5ReadingMode.serveIfAsked((0..<Int(count)).map { arguments[$0].map { String(cString: $0) } ?? "" })
}
