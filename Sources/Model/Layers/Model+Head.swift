import JSON
import OrderedCollections
import Tensors

extension Model {
    /// The model up to and including the layer `cut`: what its output depends on, and nothing else.
    /// - Throws: `ModelError` naming the layers there are.
    package func cut(at cut: String) throws -> Model {
        guard let entry = entries[cut] else {
            throw ModelError(
                "there is no layer \"\(cut)\" to cut at; the layers are " + entries.keys.joined(separator: ", "))
        }
        guard entry.calls.count <= 1 else {
            throw ModelError("layer \"\(cut)\" is called \(entry.calls.count) times; cut at one that is called once")
        }
        var kept: Set<String> = [cut]
        var frontier = [cut]
        while let name = frontier.popLast() {
            for reference in entries[name]?.calls.flatMap(\.inputs) ?? [] where kept.insert(reference.layer).inserted {
                frontier.append(reference.layer)
            }
        }
        return try Model(
            name: name, generation: generation, isSequential: isSequential,
            entries: entries.values.filter { kept.contains($0.name) },
            inputs: inputs.filter { kept.contains($0.layer) }, outputs: [TensorReference(layer: cut)])
    }

    /// The model with `head` called on its output, one layer after another.
    /// - Throws: `ModelError` for a model of several outputs or a name that is taken; what `LayerCatalog` throws.
    package func appending(head: [LayerSpecification]) throws -> Model {
        guard outputs.count == 1 else {
            throw ModelError("a head needs one output to stand on, and model \"\(name)\" has \(outputs.count)")
        }
        var all = Array(entries.values)
        var last = outputs[0]
        for layer in head {
            // What a file says is kept; what a person asks for has to be done.
            if let note = TrainingRules(layer).notes.first { throw ModelError(note) }
            all.append(
                Entry(
                    specification: layer, content: .layer(try LayerCatalog.make(layer, generation: generation)),
                    calls: [[last]]))
            last = TensorReference(layer: layer.name)
        }
        return try Model(
            name: name, generation: generation, isSequential: isSequential, entries: all, inputs: inputs,
            outputs: [last])
    }

    /// Names for a head's layers: `head.` and the class in snake case, with a counter where it comes again and where the
    /// model (a head trained before) has the name already.
    package func headNames(for classNames: [String]) -> [String] {
        var taken = Set(entries.keys)
        return classNames.map { className in
            let base = "head." + snakeCase(className)
            var name = base
            var counter = 1
            while !taken.insert(name).inserted {
                name = "\(base)_\(counter)"
                counter += 1
            }
            return name
        }
    }
}

/// Keras' rule: `MaxPooling2D` → `max_pooling2d`, `ReLU` → `re_lu`.
package func snakeCase(_ className: String) -> String {
    var result = ""
    var previous: Character?
    let letters = Array(className)
    for (index, letter) in letters.enumerated() {
        let next = index + 1 < letters.count ? letters[index + 1] : nil
        if letter.isUppercase, let before = previous,
            before.isLowercase || before.isNumber || next?.isLowercase == true,
            !(before.isNumber && next?.isLowercase != true)
        {
            result.append("_")
        }
        result += letter.lowercased()
        previous = letter
    }
    return result
}
