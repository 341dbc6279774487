import CHDF5

/// An open object of libhdf5, closed when the last use ends.
struct HDF5Handle: ~Copyable {
    let id: hid_t

    /// Nil where the call that made `id` failed.
    init?(_ id: hid_t) {
        guard id >= 0 else { return nil }
        self.id = id
    }

    deinit { H5Idec_ref(id) }
}

/// The innermost message of libhdf5's error stack: the stack itself is silenced.
func lastHDF5Message() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let start = buffer.baseAddress else { return "" }
        chdf5_last_error(start, buffer.count)
        return String(cString: start)
    }
}
