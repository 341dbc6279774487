import Graph
import Tensors

/// Where the windows of a locally connected layer lie. With `same` padding they are centred on the position, one place
/// further to the front where their extent is even, whatever the stride: not as a convolution's.
struct LocalWindows {
    let input: [Int]
    let output: [Int]
    let window: [Int]
    let strides: [Int]
    /// Places before the input that the first window reaches.
    let before: [Int]

    /// Each place costs a node of the graph.
    private static let limit = 1 << 16

    /// - Throws: `LayerError` where a window does not fit or has too many places.
    init(input: [Int], window: [Int], strides: [Int], padding: SpatialPadding, in scope: LayerScope) throws {
        output = try padding.resolve(
            input: input, window: window, strides: strides, dilations: window.map { _ in 1 }, in: scope
        ).output
        before = padding == .valid ? window.map { _ in 0 } : window.map { $0 / 2 }
        guard let places = Shape(window).countIfAddressable, places <= LocalWindows.limit else {
            throw scope.error("a window of \(Shape(window)) has more than the \(LocalWindows.limit) places known here")
        }
        (self.input, self.window, self.strides) = (input, window, strides)
    }

    var positions: Int { output.reduce(1, *) }
    var places: Int { window.reduce(1, *) }

    /// (batch, input…, channels) → (batch, positions, window · channels), zeros where a window reaches out of the input.
    func patches(_ x: Value, in g: GraphBuilder) -> Value {
        let shape = g.shape(of: x)
        let spans = output.indices.map { (output[$0] - 1) * strides[$0] + window[$0] }
        let after = output.indices.map { max(0, spans[$0] - before[$0] - input[$0]) }
        let padded = g.pad(x, before: [0] + before + [0], after: [0] + after + [0])
        let places = LocalWindows.indices(window).map { place in
            let cut = g.slice(
                padded, starts: [0] + place + [0], sizes: [shape[0]] + output + [shape[-1]],
                strides: [1] + strides + [1])
            return g.reshape(cut, [shape[0], positions, shape[-1]])
        }
        return g.concatenate(places, axis: 2)
    }

    /// Per position and place of its window, the index of the input's place, nil outside; both in row-major order.
    func inputs() -> [[Int?]] {
        LocalWindows.indices(output).map { position in
            LocalWindows.indices(window).map { place in
                var index = 0
                for axis in input.indices {
                    let at = position[axis] * strides[axis] - before[axis] + place[axis]
                    guard (0..<input[axis]).contains(at) else { return nil }
                    index = index * input[axis] + at
                }
                return index
            }
        }
    }

    /// All indices into an array of these dimensions, in row-major order.
    private static func indices(_ dimensions: [Int]) -> [[Int]] {
        dimensions.reduce([[]]) { heads, extent in heads.flatMap { head in (0..<extent).map { head + [$0] } } }
    }
}
