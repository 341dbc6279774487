import Graph
import Tensors

/// Memory in single precision for everything a graph is bound to, filled with what an interpreter was given.
package final class HostMemory {
    private var slabs: [Allocation] = []
    package private(set) var inputs: [String: UnsafeMutablePointer<Float>] = [:]
    private var parameters: [ParameterPath: UnsafeMutablePointer<Float>] = [:]
    private var gradients: [ParameterPath: UnsafeMutablePointer<Float>] = [:]

    private final class Allocation {
        let slab: Slab
        init(count: Int) { slab = Slab(count: count) }
    }

    package init(_ graph: Graph, _ interpreter: GraphInterpreter) {
        for node in graph.nodes {
            switch node.op {
            case .input(let name, let shape):
                inputs[name] = allocate(shape.count)
                fill(inputs[name]!, with: interpreter.inputs[name]!)
            case .parameter(let path, let shape):
                parameters[path] = allocate(shape.count)
                fill(parameters[path]!, with: interpreter.parameters[path]!)
            default: break
            }
        }
        for output in graph.outputs {
            guard case .gradient(let path) = output.role else { continue }
            let count = graph.type(of: output.value).shape.count
            gradients[path] = allocate(count)
            gradients[path]!.update(repeating: .nan, count: count)
        }
    }

    private func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
        slabs.append(Allocation(count: count))
        return slabs.last!.slab.pointer
    }

    private func fill(_ pointer: UnsafeMutablePointer<Float>, with values: [Double]) {
        for (index, value) in values.enumerated() { pointer[index] = Float(value) }
    }

    package func parameter(_ path: ParameterPath) -> UnsafeMutablePointer<Float> { parameters[path]! }
    package func gradient(_ path: ParameterPath) -> UnsafeMutablePointer<Float> { gradients[path]! }

    /// Every output of a graph, by role, as it lies in memory after a run whose updates were applied.
    ///
    /// - Parameter result: where a result lies.
    package func outputs(
        of graph: Graph, result: (String) -> UnsafePointer<Float>?
    ) -> [GraphOutput.Role: [Float]] {
        var found: [GraphOutput.Role: [Float]] = [:]
        for output in graph.outputs {
            let count = graph.type(of: output.value).shape.count
            let pointer: UnsafePointer<Float>? =
                switch output.role {
                case .result(let name): result(name)
                case .gradient(let path): UnsafePointer(gradient(path))
                case .update(let path): UnsafePointer(parameter(path))
                }
            found[output.role] = Array(UnsafeBufferPointer(start: pointer, count: pointer == nil ? 0 : count))
        }
        return found
    }
}

extension Interpretation {
    /// The outputs of which an evaluation in single precision differs by more than `tolerance` relative to their largest
    /// value (to 0.1 where all are smaller: what cancels leaves the rounding of its terms).
    package func mismatches(
        _ found: [GraphOutput.Role: [Float]], tolerance: Double = 1e-5
    ) -> [String] {
        graph.outputs.compactMap { output in
            let expected = self[output.value]
            let difference = deviation((found[output.role] ?? []).map(Double.init), from: expected, floor: 0.1)
            return difference < tolerance
                ? nil : "\(output.role) is off by \(difference): \(found[output.role] ?? []), not \(expected)"
        }
    }
}
