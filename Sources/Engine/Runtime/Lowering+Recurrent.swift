import Graph
import Kernels
import Tensors

extension Lowering {
    mutating func lowerRecurrent(_ site: Site) -> (Frame) -> Void {
        switch site.node.op {
        case .recurrent(let cell): return lowerForward(site, cell)
        case .recurrentGradient(let cell, let wants, let arrived):
            return lowerBackward(site, cell, wants: wants, arrived: arrived)
        default: preconditionFailure("\(site.node.op.name) is not recurrent")
        }
    }

    private mutating func lowerForward(_ site: Site, _ cell: RecurrentCell) -> (Frame) -> Void {
        let shape = site.outputShape
        let kernel = RecurrentForward(RecurrentGeometry(cell, batch: shape[0], time: shape[1]))
        reserve(scratch: kernel.scratchBytes)
        let (inputs, outputs) = (site.inputs, site.outputs)
        let (first, hasMemory) = (cell.firstState, cell.stateCount == 2)
        let keptIndex = cell.keepsSteps ? outputs.count - 1 : nil
        return { frame in
            func read(_ index: Int?) -> FloatInput? { index.map { FloatInput(frame[inputs[$0]]) } }
            kernel.run(
                RecurrentForward.Operands(
                    x: frame[inputs[0]], kernel: frame[inputs[1]], bias: read(cell.hasRecurrentBias ? 2 : nil),
                    state: frame[inputs[first]], memory: read(hasMemory ? first + 1 : nil),
                    mask: read(cell.maskIndex), dropout: read(cell.dropoutIndex)),
                into: frame[outputs[0]], state: frame[outputs[1]], memory: hasMemory ? frame[outputs[2]] : nil,
                kept: keptIndex.map { frame[outputs[$0]] }, scratch: frame.scratch)
        }
    }

    private mutating func lowerBackward(
        _ site: Site, _ cell: RecurrentCell, wants: RecurrentGradients, arrived: RecurrentArrivals
    ) -> (Frame) -> Void {
        // (kernel, states, mask?, dropout?, sequence, kept, gradients…)
        let shift = cell.firstState - 1
        let sequence = cell.inputCount - shift
        let shape = site.inputShapes[sequence]
        let kernel = RecurrentBackward(
            RecurrentGeometry(cell, batch: shape[0], time: shape[1]), writesInput: wants.contains(.input),
            wantsKernel: wants.contains(.kernel), hasMask: cell.hasMask)
        reserve(scratch: kernel.scratchBytes)
        let inputs = site.inputs
        let hasMemory = cell.stateCount == 2
        let (mask, dropout) = (cell.maskIndex.map { $0 - shift }, cell.dropoutIndex.map { $0 - shift })
        var gradients = inputs[(sequence + 2)...]
        let dSequence = arrived.contains(.sequence) ? gradients.popFirst() : nil
        let dState = arrived.contains(.state) ? gradients.popFirst() : nil
        let dMemory = arrived.contains(.memory) ? gradients.popFirst() : nil
        var outputs = site.outputs[...]
        let places = [RecurrentGradients.input, .kernel, .bias, .state, .memory].map {
            wants.contains($0) ? outputs.popFirst() : nil
        }
        let (input, weights, bias, state, memory) = (places[0], places[1], places[2], places[3], places[4])
        return { frame in
            func read(_ buffer: Int?) -> FloatInput? { buffer.map { FloatInput(frame[$0]) } }
            kernel.run(
                RecurrentBackward.Operands(
                    kernel: frame[inputs[0]], state: frame[inputs[1]], memory: read(hasMemory ? inputs[2] : nil),
                    mask: read(mask.map { inputs[$0] }), dropout: read(dropout.map { inputs[$0] }),
                    sequence: frame[inputs[sequence]], kept: frame[inputs[sequence + 1]],
                    sequenceGradient: read(dSequence), stateGradient: read(dState), memoryGradient: read(dMemory)),
                into: RecurrentBackward.Results(
                    input: input.map { frame[$0] }, kernel: weights.map { frame[$0] }, bias: bias.map { frame[$0] },
                    state: state.map { frame[$0] }, memory: memory.map { frame[$0] }), scratch: frame.scratch)
        }
    }
}

extension RecurrentGeometry {
    init(_ cell: RecurrentCell, batch: Int, time: Int) {
        let kind: Kind =
            switch cell.kind {
            case .simple: .simple
            case .lstm: .lstm
            case .gru(let resetAfter): resetAfter ? .gruResetAfter : .gruResetBefore
            }
        self.init(
            kind: kind, batch: batch, time: time, units: cell.units, activation: cell.activation,
            recurrentActivation: cell.recurrentActivation, zeroOutputForMask: cell.zeroOutputForMask,
            isBackward: cell.isBackward)
    }
}
