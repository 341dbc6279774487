import Graph
import Tensors

/// The kernel of a locally connected layer, as Keras stores it and as it is multiplied.
struct LocalKernel {
    /// Keras' `implementation`: what the stored tensor looks like.
    enum Form: Int {
        /// (positions, window · channels, filters); channels first: (positions, channels · window, filters)
        case patches = 1
        /// Every input to every output, most of it unused: (input…, channels, output…, filters); channels first:
        /// (channels, input…, filters, output…)
        case dense = 2
        /// (connections,), by the output's index, then the input's, in the layer's channel order
        case connections = 3
    }

    let form: Form
    let windows: LocalWindows
    let channels: Int
    let filters: Int
    let isChannelsFirst: Bool

    /// - Throws: `LayerError` where there are more connections than float32 can count.
    func storedShape(in scope: LayerScope) throws -> Shape {
        let (input, output) = (windows.input, windows.output)
        switch form {
        case .patches:
            return [windows.positions, windows.places * channels, filters]
        case .dense:
            try requireCountable([input.reduce(1, *), windows.positions, windows.places], in: scope)
            return Shape(
                isChannelsFirst
                    ? [channels] + input + [filters] + output : input + [channels] + output + [filters])
        case .connections:
            try requireCountable([windows.positions, windows.places, channels, filters], in: scope)
            let pairs = windows.inputs().reduce(0) { $0 + $1.count { $0 != nil } }
            return [pairs * channels * filters]
        }
    }

    private func requireCountable(_ dimensions: [Int], in scope: LayerScope) throws {
        guard let count = Shape(dimensions).countIfAddressable, count <= 1 << 24 else {
            throw scope.error(
                "it has too many connections for an \"implementation\" of \(form.rawValue) (more than 16777216); "
                    + "Keras' 1 has no such limit")
        }
    }

    /// (positions, window · channels, filters). Places outside the input hold some value of the kernel: their inputs are
    /// zeros.
    func perPosition(_ stored: Value, in scope: LayerScope) throws -> Value {
        let g = scope.builder
        let result: Shape = [windows.positions, windows.places * channels, filters]
        switch form {
        case .patches:
            guard isChannelsFirst else { return stored }
            let split = g.reshape(stored, [windows.positions, channels, windows.places, filters])
            return g.reshape(g.transpose(split, [0, 2, 1, 3]), result)
        case .dense: return g.reshape(g.gather(denseRows(stored, in: g), denseIndices(in: g)), result)
        case .connections: return g.reshape(g.gather(stored, connectionIndices(in: g)), result)
        }
    }

    /// (inputs · positions, channels, filters)
    private func denseRows(_ stored: Value, in g: GraphBuilder) -> Value {
        let inputs = windows.input.reduce(1, *)
        let ordered =
            isChannelsFirst
            ? g.transpose(g.reshape(stored, [channels, inputs, filters, windows.positions]), [1, 3, 0, 2])
            : g.transpose(g.reshape(stored, [inputs, channels, windows.positions, filters]), [0, 2, 1, 3])
        return g.reshape(ordered, [inputs * windows.positions, channels, filters])
    }

    /// (positions, window)
    private func denseIndices(in g: GraphBuilder) -> Value {
        let values = windows.inputs().enumerated().flatMap { position, places in
            places.map { Float(($0 ?? 0) * windows.positions + position) }
        }
        return g.table(values, [windows.positions, windows.places])
    }

    /// (positions, window, channels, filters)
    private func connectionIndices(in g: GraphBuilder) -> Value {
        var values: [Float] = []
        let inputs = windows.inputs()
        let all = inputs.reduce(0) { $0 + $1.count { $0 != nil } }
        var passed = 0
        for places in inputs {
            let inside = places.count { $0 != nil }
            var rank = 0
            for place in places {
                for channel in 0..<channels {
                    for filter in 0..<filters {
                        let index =
                            isChannelsFirst
                            ? (filter * all + passed) * channels + channel * inside + rank
                            : ((passed * filters) + filter * inside + rank) * channels + channel
                        values.append(place == nil ? 0 : Float(index))
                    }
                }
                rank += place == nil ? 0 : 1
            }
            passed += inside
        }
        return g.table(values, [windows.positions, windows.places, channels, filters])
    }
}
