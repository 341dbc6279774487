/// What libFuzzer calls with every input that it makes up.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // What is thrown is a sentence for the user: that is how it should be.
    try? FuzzTarget.chosen.decode(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}
