import Glibc
import Graph
import Kernels
import Tensors

/// A graph made ready to run: one arena, every address and kernel decided. Running it allocates nothing of ours.
package final class Plan {
    /// Where what outlives a run is found.
    package struct Bindings {
        package var parameter: (ParameterPath) -> UnsafeMutablePointer<Float>
        package var gradient: (ParameterPath) -> UnsafeMutablePointer<Float>

        package init(
            parameter: @escaping (ParameterPath) -> UnsafeMutablePointer<Float>,
            gradient: @escaping (ParameterPath) -> UnsafeMutablePointer<Float> = {
                preconditionFailure("no place for \($0)")
            }
        ) {
            self.parameter = parameter
            self.gradient = gradient
        }
    }

    /// The graph after all passes.
    package let graph: Graph
    package let memory: MemoryPlan
    /// Bytes of scratch memory shared by all instructions.
    package let scratchBytes: Int
    /// Bytes of kernels that stay, in the layouts the libraries prefer.
    package let packedBytes: Int
    /// Bytes of the constants.
    package let constantBytes: Int
    /// Where each node's time is noted; nil for as fast as it goes.
    package var timing: PlanTiming?
    private let arena: Slab
    private let constants: Slab
    private let frame: Frame
    private let instructions: [Instruction]
    /// What is done before the first run, and when constants have changed.
    let preparation: [Instruction]
    private var isPrepared = false
    private let inputs: [String: Int]
    private let updates: [(from: Int, to: UnsafeMutablePointer<Float>, count: Int)]

    /// Runs the passes, plans memory, makes the kernels.
    ///
    /// - Parameters:
    ///   - constants: parameters that keep their values until `constantsChanged` is called.
    ///   - precision: what is multiplied; inputs, parameters, gradients and results are float32 in any case.
    ///   - passes: the standard ones where nil.
    /// - Throws: `GraphVerificationError` for a pass that went wrong, what a library says to a shape it cannot do.
    package init(
        _ traced: Graph, bindings: Bindings, constants frozen: Set<ParameterPath> = [],
        precision: Precision = .float32, passes: [Pass]? = nil
    ) throws {
        graph = try traced.applying(passes ?? Pass.standard(constants: frozen, precision: precision))
        memory = MemoryPlan(graph, constants: frozen)
        var lowering = Lowering(graph, memory)
        (preparation, instructions) = try lowering.instructions()
        let kernelScratch = MemoryPlan.aligned(lowering.scratchBytes)
        scratchBytes = kernelScratch + lowering.temporaryBytes
        packedBytes = lowering.packedBytes
        let arenaBytes = memory.arenaBytes
        arena = Slab(count: (arenaBytes + scratchBytes) / MemoryLayout<Float>.stride + Slab.alignment)
        let start = UnsafeMutableRawPointer(arena.pointer)
        frame = Frame(count: memory.buffers.count + lowering.temporaries.count, scratch: start + arenaBytes)
        for (index, offset) in lowering.temporaries.enumerated() {
            frame.addresses[memory.buffers.count + index] =
                (start + arenaBytes + kernelScratch + offset).assumingMemoryBound(to: Float.self)
        }
        constantBytes = memory.buffers.reduce(0) {
            switch $1.place {
            case .constant, .table, .kept: $0 + Slab.bytes($1.floats)
            default: $0
            }
        }
        constants = Slab(count: constantBytes / MemoryLayout<Float>.stride)
        var inputs: [String: Int] = [:]
        var constantOffset = 0
        for (index, buffer) in memory.buffers.enumerated() {
            switch buffer.place {
            case .input(let name): inputs[name] = index
            case .parameter(let path): frame.addresses[index] = bindings.parameter(path)
            case .gradient(let path): frame.addresses[index] = bindings.gradient(path)
            case .arena: frame.addresses[index] = (start + buffer.offset).assumingMemoryBound(to: Float.self)
            case .constant, .table, .kept:
                let count = buffer.floats
                let address = constants.pointer + constantOffset
                if case .constant(let value) = buffer.place { address.update(repeating: value, count: count) }
                if case .table(let table) = buffer.place { address.update(from: table.values, count: count) }
                frame.addresses[index] = address
                constantOffset += Slab.padded(count)
            }
        }
        self.inputs = inputs
        let memory = memory
        let graph = graph
        updates = graph.outputs.compactMap { output in
            guard case .update(let path) = output.role else { return nil }
            return (memory.buffer(of: output.value), bindings.parameter(path), graph.type(of: output.value).shape.count)
        }
    }

    /// A number that names an input from now on; nil where nothing in the graph reads it.
    package func input(_ name: String) -> Int? { inputs[name] }

    /// Says where an input is read from in the runs to come.
    package func bind(_ input: Int, to pointer: UnsafeMutablePointer<Float>) { frame.addresses[input] = pointer }

    /// Where a result lies after a run, until the next one.
    package func result(_ name: String) -> UnsafePointer<Float>? {
        graph.result(name).map { UnsafePointer(frame[memory.buffer(of: $0)]) }
    }

    /// Computes every output. Parameters stay as they are: see `applyUpdates`.
    ///
    /// - Parameters:
    ///   - step: what masks are drawn by.
    ///   - validRows: examples of the batch that are not padding.
    package func run(seed: UInt64, step: UInt64, validRows: Int) {
        frame.seed = seed
        frame.step = step
        frame.validRows = validRows
        if !isPrepared {
            for instruction in preparation { instruction.run(frame) }
            isPrepared = true
        }
        if let timing { return timing.run(instructions, frame) }
        for instruction in instructions { instruction.run(frame) }
    }

    /// What was worked out from constants, and kernels that were packed, are made anew before the next run.
    package func constantsChanged() { isPrepared = false }

    /// Writes the new values of what moves without a gradient.
    package func applyUpdates() {
        for update in updates { update.to.update(from: frame[update.from], count: update.count) }
    }

    /// Runs again, on the same inputs, and looks at every result as it comes.
    /// - Returns: the first node whose result is not finite, and that value.
    package func firstNonFinite() -> (node: Node, value: Float)? {
        for instruction in instructions {
            instruction.run(frame)
            let node = graph.nodes[instruction.node]
            for (output, type) in node.outputs.enumerated() {
                guard let precision = Precision.allCases.first(where: { $0.dataType == type.dataType }) else {
                    continue
                }
                let address = frame[memory.buffer(of: Value(node: instruction.node, output: output))]
                let count = type.shape.count
                guard let index = Finite.firstNonFinite(address, count: count, precision: precision) else { continue }
                return (node, Plan.number(index, of: address, precision))
            }
        }
        return nil
    }

    private static func number(_ index: Int, of values: UnsafePointer<Float>, _ precision: Precision) -> Float {
        guard precision == .bfloat16 else { return values[index] }
        return BFloat16.value(UnsafeRawPointer(values).load(fromByteOffset: 2 * index, as: UInt16.self))
    }

    /// Bytes this plan holds: activations (and the gradients that are not parameters'), scratch, constants.
    package var bytes: (activations: Int, scratch: Int, constants: Int) {
        (memory.arenaBytes, scratchBytes, constantBytes + packedBytes)
    }
}
