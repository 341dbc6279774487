import Checkpoints
import JSON
import Layers
import OrderedCollections
import Tensors

/// What an optimizer had remembered when a file was written: which one, its settings, how many steps it had made, and
/// its slots by the tensors they belong to. Nothing is read until a slot is.
package struct KerasOptimizerState: Sendable {
    /// Keras' name of the class: `Adam`; nil where the file does not say.
    package let optimizer: String?
    package let settings: JSON
    package let iterations: Int?
    /// Per tensor of the model its slots by name: `m` and `v`, `momentum`, `accumulator`, ….
    package let slots: OrderedDictionary<ParameterPath, OrderedDictionary<String, StoredTensor>>
    /// What is stored but could not be placed, and why.
    package let skipped: [SkippedObject]

    /// The tensors of optimizer state in a file, in the optimizer's order.
    static func tensors(of checkpoint: Checkpoint) -> [StoredTensor] {
        if let names = checkpoint.strings("weight_names", of: "optimizer_weights") {
            return names.compactMap { checkpoint.tensors["optimizer_weights/" + $0] }
        }
        var tensors: [StoredTensor] = []
        while let tensor = checkpoint.tensors["optimizer/vars/\(tensors.count)"] { tensors.append(tensor) }
        return tensors
    }

    /// Nil where the file holds no tensors of an optimizer.
    init?(
        _ checkpoint: Checkpoint, model: Model, specs: OrderedDictionary<ParameterPath, ParameterSpec>,
        training: TrainingConfiguration?
    ) throws {
        let tensors = KerasOptimizerState.tensors(of: checkpoint)
        guard !tensors.isEmpty else { return nil }
        optimizer = training?.optimizer ?? checkpoint.attribute("name", of: "optimizer/vars")?.string
        settings = training?.optimizerSettings ?? [:]
        // Counters come first: how many steps, and Keras 3's learning rate; a Nadam has another of its own.
        let counters = tensors.filter { $0.shape.rank == 0 && $0.dataType != .bool }
        let isCount = counters.first.map { !$0.dataType.isFloatingPoint || $0.name.lowercased().contains("iter") }
        let first = counters.first?.read().values.first ?? 0
        iterations =
            isCount == true || first >= 1 && first == first.rounded() ? Int(exactly: Double(first)) : nil
        let wanted = try KerasOrder.trainable(of: model, specs)
        let arrays = tensors.filter { $0.shape.rank > 0 || wanted.contains { $0.shape.rank == 0 } }
        let placed = SlotPlacement(arrays, for: wanted, optimizer: optimizer ?? "", settings)
        slots = placed.slots
        skipped = placed.skipped
    }
}

/// Which slot tensor belongs to which of a model's: the optimizers of the several Kerases list them parameter by
/// parameter, or slot by slot.
private struct SlotPlacement {
    private(set) var slots: OrderedDictionary<ParameterPath, OrderedDictionary<String, StoredTensor>> = [:]
    private(set) var skipped: [SkippedObject] = []

    init(_ tensors: [StoredTensor], for specs: [ParameterSpec], optimizer: String, _ settings: JSON) {
        // Standalone Keras 2 kept a place for Adam's third slot whether it was used or not: single numbers.
        var known = SlotPlacement.names[optimizer.lowercased()]
        if known?.first == "mean_square", settings["momentum"]?.double ?? 0 == 0 { known?.remove(at: 1) }
        let used = tensors.filter { tensor in tensor.shape != [1] || specs.contains { $0.shape == [1] } }
        guard !specs.isEmpty, !used.isEmpty, used.count.isMultiple(of: specs.count) else {
            skip(tensors, "\(tensors.count) tensors do not pair up with the \(specs.count) that train")
            return
        }
        let count = used.count / specs.count
        let names = SlotPlacement.slotNames(count, known)
        guard let names else {
            skip(
                tensors,
                "\(optimizer.isEmpty ? "an unnamed optimizer" : optimizer) with \(count) slots a tensor is not known")
            return
        }
        func fits(_ index: (_ spec: Int, _ slot: Int) -> Int) -> Bool {
            specs.indices.allSatisfy { spec in
                (0..<count).allSatisfy { used[index(spec, $0)].shape == specs[spec].shape }
            }
        }
        let bySlot = { (spec: Int, slot: Int) in slot * specs.count + spec }
        let byTensor = { (spec: Int, slot: Int) in spec * count + slot }
        let (isBySlot, isByTensor) = (fits(bySlot), fits(byTensor))
        guard isBySlot || isByTensor else {
            skip(tensors, "their shapes are not those of the tensors that train, in no order Keras has used")
            return
        }
        let index = isBySlot && (!isByTensor || SlotPlacement.isBySlot(used, count)) ? bySlot : byTensor
        for (number, spec) in specs.enumerated() {
            for slot in 0..<count { slots[spec.path, default: [:]][names[slot]] = used[index(number, slot)] }
        }
    }

    private mutating func skip(_ tensors: [StoredTensor], _ reason: String) {
        skipped = tensors.map { SkippedObject(name: $0.name, reason: reason) }
    }

    /// The slots of each optimizer in the order in which it makes them.
    private static let names: [String: [String]] = [
        "adam": ["m", "v", "v_hat"], "adamw": ["m", "v", "v_hat"], "nadam": ["m", "v"], "adamax": ["m", "u"],
        "sgd": ["momentum"], "lion": ["momentum"], "adagrad": ["accumulator"], "ftrl": ["accumulator", "linear"],
        "adadelta": ["accumulated_gradient", "accumulated_update"],
        "rmsprop": ["mean_square", "momentum", "mean_gradient"], "lamb": ["m", "v"],
    ]

    private static func slotNames(_ count: Int, _ known: [String]?) -> [String]? {
        guard let known, count <= known.count else { return nil }
        return Array(known.prefix(count))
    }

    /// Where both orders fit: names that end alike (`…/m:0`) and follow one another are one slot's.
    private static func isBySlot(_ tensors: [StoredTensor], _ count: Int) -> Bool {
        guard count > 1, tensors.count > 1 else { return true }
        func words(_ name: String) -> Set<Substring> { Set(name.split { "/:_".contains($0) }) }
        let (first, second) = (tensors[0].name, tensors[1].name)
        // A neighbour that shares the parameter's words differs in the slot's word only.
        let marks: Set<Substring> = [
            "m", "v", "momentum", "velocity", "accumulator", "linear", "rms", "vhat", "mg", "u",
        ]
        let (a, b) = (words(first).intersection(marks), words(second).intersection(marks))
        if !a.isEmpty || !b.isEmpty { return a == b }
        // Unnamed variables: an `.h5` of standalone Keras 2 lists slot by slot, the newer formats tensor by tensor.
        return !first.hasPrefix("optimizer/")
    }
}
