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
        training: TrainingConfiguration?, match: WeightMatch
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
        let names = match.sources.mapValues { $0.weight.names[0] }
        let sorted = wanted.sorted { a, b in
            (names[a.path] ?? "").unicodeScalars.lexicographicallyPrecedes((names[b.path] ?? "").unicodeScalars)
        }
        let isOld = KerasOptimizerState.sortsByName(checkpoint.attribute("keras_version")?.string)
        let placed = SlotPlacement(
            arrays, in: isOld ? [sorted, wanted] : [wanted, sorted], optimizer: optimizer ?? "", settings)
        slots = placed.slots
        skipped = placed.skipped
    }

    /// Keras 1 and the first of Keras 2 handed an optimizer the tensors sorted by their names.
    private static func sortsByName(_ version: String?) -> Bool {
        let numbers = (version ?? "1").split(separator: ".").map { Int($0) ?? 0 }
        return numbers.first == 1 || numbers.count == 3 && numbers[0] == 2 && numbers[1] == 0 && numbers[2] <= 5
    }
}

/// Which slot tensor belongs to which of a model's: the optimizers of the several Kerases list them parameter by
/// parameter, or slot by slot.
private struct SlotPlacement {
    private(set) var slots: OrderedDictionary<ParameterPath, OrderedDictionary<String, StoredTensor>> = [:]
    private(set) var skipped: [SkippedObject] = []

    /// - Parameter orders: in which the optimizer may have been handed the tensors that train, the likeliest first.
    init(_ tensors: [StoredTensor], in orders: [[ParameterSpec]], optimizer: String, _ settings: JSON) {
        var known = SlotPlacement.names[optimizer.lowercased()]
        if known?.first == "mean_square", settings["momentum"]?.double ?? 0 == 0 { known?.remove(at: 1) }
        let specs = orders[0]
        var lists = [tensors]
        // Standalone Keras 2 kept a place for Adam's third slot whether it was used or not: single numbers.
        let end = tensors.suffix(specs.count)
        if end.count < tensors.count, end.allSatisfy({ $0.shape == [1] }) {
            lists.insert(Array(tensors.dropLast(specs.count)), at: 0)
        }
        lists = lists.filter { !specs.isEmpty && !$0.isEmpty && $0.count.isMultiple(of: specs.count) }
        guard !lists.isEmpty else {
            skip(tensors, "\(tensors.count) tensors do not pair up with the \(specs.count) that train")
            return
        }
        for (list, order) in lists.flatMap({ list in orders.map { (list, $0) } }) {
            guard let index = SlotPlacement.index(list, order) else { continue }
            let count = list.count / order.count
            guard let known, count <= known.count else {
                let name = optimizer.isEmpty ? "an optimizer without a name" : optimizer
                skip(tensors, "\(name) with \(count) slots a tensor is not known")
                return
            }
            for (number, spec) in order.enumerated() {
                for slot in 0..<count { slots[spec.path, default: [:]][known[slot]] = list[index(number, slot)] }
            }
            return
        }
        skip(tensors, "their shapes are not those of the tensors that train, in no order Keras has used")
    }

    /// Where the slots of each tensor stand; nil where the shapes say that they stand nowhere.
    private static func index(
        _ tensors: [StoredTensor], _ specs: [ParameterSpec]
    ) -> ((_ spec: Int, _ slot: Int) -> Int)? {
        let count = tensors.count / specs.count
        func fits(_ index: (_ spec: Int, _ slot: Int) -> Int) -> Bool {
            specs.indices.allSatisfy { spec in
                (0..<count).allSatisfy { tensors[index(spec, $0)].shape == specs[spec].shape }
            }
        }
        let bySlot = { (spec: Int, slot: Int) in slot * specs.count + spec }
        let byTensor = { (spec: Int, slot: Int) in spec * count + slot }
        if fits(bySlot) { return !fits(byTensor) || isBySlot(tensors, count) ? bySlot : byTensor }
        return fits(byTensor) ? byTensor : nil
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
