import OrderedCollections
import Tensors

/// What an optimizer remembers, as a value: slots and counts of updates by the tensors' paths.
package struct OptimizerState: Hashable, Sendable {
    /// Of one tensor.
    package struct Memory: Hashable, Sendable {
        /// Updates that the tensor has had.
        package var steps: Int
        /// One list per slot name.
        package var slots: [TensorData]

        package init(steps: Int, slots: [TensorData]) {
            self.steps = steps
            self.slots = slots
        }
    }

    package var slotNames: [String]
    package var tensors: OrderedDictionary<ParameterPath, Memory>

    package init(slotNames: [String], tensors: OrderedDictionary<ParameterPath, Memory>) {
        self.slotNames = slotNames
        self.tensors = tensors
    }

    /// Nothing of it is lent.
    var copied: OptimizerState {
        OptimizerState(
            slotNames: slotNames,
            tensors: tensors.mapValues { Memory(steps: $0.steps, slots: $0.slots.map(\.copied)) })
    }

    /// What is remembered of all tensors but these.
    func without(_ paths: Set<ParameterPath>) -> OptimizerState {
        OptimizerState(slotNames: slotNames, tensors: tensors.filter { !paths.contains($0.key) })
    }

    /// With the memories of other tensors, where they have the same slots.
    func adding(_ others: OptimizerState?) -> OptimizerState {
        guard let others, others.slotNames == slotNames else { return self }
        return OptimizerState(slotNames: slotNames, tensors: tensors.merging(others.tensors) { mine, _ in mine })
    }
}

extension Optimizer {
    /// Updates that each tensor has had, those of others as they are remembered.
    func updates(beside others: OptimizerState?) -> [ParameterPath: Int] {
        var updates = (others?.tensors ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.steps }
        for (tensor, count) in zip(layout, steps) { updates[tensor.path] = count }
        return updates
    }

    /// All slots and counts.
    package var state: OptimizerState { state(.copied) }

    func state(_ holding: Holding) -> OptimizerState {
        var tensors: OrderedDictionary<ParameterPath, OptimizerState.Memory> = [:]
        for (index, tensor) in layout.enumerated() {
            let slots = slotNames.map { name in
                slot(name, of: tensor.path).map { TensorData(UnsafeBufferPointer($0), holding, of: self) } ?? []
            }
            tensors[tensor.path] = OptimizerState.Memory(steps: steps[index], slots: slots)
        }
        return OptimizerState(slotNames: slotNames, tensors: tensors)
    }

    /// Takes slots and counts from a state as `carryOver(from:)` takes them from another optimizer.
    package func carryOver(from state: OptimizerState) {
        guard slotNames == state.slotNames else { return }
        for tensor in layout {
            guard let memory = state.tensors[tensor.path], memory.slots.allSatisfy({ $0.count == tensor.count }),
                memory.slots.count == slotNames.count
            else { continue }
            for (name, values) in zip(slotNames, memory.slots) {
                guard let slot = slot(name, of: tensor.path) else { continue }
                _ = slot.update(fromContentsOf: values)
            }
            setStepCount(memory.steps, of: tensor.path)
        }
    }
}
