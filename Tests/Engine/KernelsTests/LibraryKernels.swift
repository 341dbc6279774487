import Glibc
import Graph
import Kernels
import Tensors
import TestSupport
import Testing

/// Floats between two pages that nobody may touch, flush against the second: a read or write beyond the end is a crash,
/// and the start has whatever alignment that gives.
final class GuardedArray {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    private let mapping: UnsafeMutableRawPointer
    private let size: Int

    /// Filled with NaN.
    init(count: Int) {
        let page = 4096
        size = ((count * 4 + page - 1) / page + 2) * page
        self.count = count
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else { fatalError("no memory for a test") }
        mapping = start
        mprotect(start, page, PROT_NONE)
        mprotect(start + size - page, page, PROT_NONE)
        pointer = (start + size - page - count * 4).bindMemory(to: Float.self, capacity: count)
        pointer.update(repeating: .nan, count: count)
    }

    convenience init(_ values: [Double]) {
        self.init(count: values.count)
        for (index, value) in values.enumerated() { pointer[index] = Float(value) }
    }

    deinit { munmap(mapping, size) }
}

/// Runs a library's kernel on guarded copies of `inputs`, with one thread and twice with two. Equal bits are promised for
/// equal thread counts: libraries cut their sums by threads.
/// - Parameter body: gets the number of threads, the inputs, and the outputs, which hold NaN.
func compute(
    _ inputs: [[Double]], outputs counts: [Int], _ location: SourceLocation = #_sourceLocation,
    _ body: (Int, [FloatInput], [FloatOutput]) throws -> Void
) rethrows -> [[Double]] {
    let results = try [1, 2, 2].map { threads in
        let sources = inputs.map { GuardedArray($0) }
        let targets = counts.map { GuardedArray(count: $0) }
        try withExtendedLifetime((sources, targets)) {
            try body(threads, sources.map { UnsafePointer($0.pointer) }, targets.map(\.pointer))
        }
        return targets.map { UnsafeBufferPointer(start: $0.pointer, count: $0.count).map(Double.init) }
    }
    let bits = results.map { $0.map { $0.map { $0.bitPattern } } }
    #expect(bits[1] == bits[2], "two equal runs give different bits", sourceLocation: location)
    for (index, one) in results[0].enumerated() where bits[0][index] != bits[1][index] {
        #expect(deviation(results[1][index], from: one) < 5e-6, sourceLocation: location)
    }
    return results[0]
}

/// Calls a body with scratch memory, aligned as kernels want it and full of NaN.
func withScratch(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let slab = Slab(count: (bytes + 3) / 4)
    slab.pointer.update(repeating: .nan, count: slab.count)
    body(UnsafeMutableRawPointer(slab.pointer))
}

/// The outputs of one operation in double precision.
func expectedOutputs(of op: Op, _ inputs: [DoubleArray]) -> [[Double]] {
    let builder = GraphBuilder()
    var interpreter = GraphInterpreter()
    let arguments = inputs.enumerated().map { index, array in
        interpreter.inputs["\(index)"] = array.values
        return builder.input("\(index)", array.shape)
    }
    let outputs = builder.emitAll(op, arguments)
    let found = interpreter.run(builder.build(outputs: []))
    return outputs.map { found[$0] }
}
