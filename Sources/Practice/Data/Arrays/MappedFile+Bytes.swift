import Tensors

extension MappedFile {
    /// Lends the bytes, and keeps the file mapped until `body` is done: a reference whose last use is `bytes` may be
    /// let go of, and the file unmapped, before the bytes are read.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(bytes) }
    }
}
