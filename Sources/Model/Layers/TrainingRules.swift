import JSON

/// What any layer's settings may say that acts on training alone: constraints on its tensors, a penalty on its output.
package struct TrainingRules: Sendable {
    private var constraints: [String: Constraint] = [:]
    /// `activity_regularizer`: added to the training loss for each of the layer's outputs.
    let activity: Regularizer?
    /// What is written there and not known here, as sentences. It is kept in the layer's settings and written back.
    package let notes: [String]

    init() {
        activity = nil
        notes = []
    }

    package init(_ specification: LayerSpecification) {
        var notes: [String] = []
        for (key, value) in specification.config.object ?? [:] where !value.isNull {
            let isConstraint = key.hasSuffix("_constraint")
            if isConstraint { constraints[key] = Constraint(config: value) }
            let isKnown =
                isConstraint
                ? constraints[key] != nil : !key.hasSuffix("_regularizer") || Regularizer(config: value) != nil
            if isKnown { continue }
            notes.append(
                "layer \"\(specification.name)\": its \(key) \(value.serialized().prefix(120)) is not known; "
                    + "it is kept in the file and has no effect on training here")
        }
        activity = specification.config["activity_regularizer"].flatMap { Regularizer(config: $0) }
        self.notes = notes
    }

    /// Whether a setting is one that `LayerConfig` need not read.
    static func isRule(_ key: String) -> Bool { key.hasSuffix("_constraint") || key == "activity_regularizer" }

    /// `kernel` is constrained by `kernel_constraint`, `recurrent_kernel` by `recurrent_constraint`.
    func constraint(of parameter: String) -> Constraint? {
        let short = parameter.hasSuffix("_kernel") ? String(parameter.dropLast("_kernel".count)) : parameter
        return constraints[parameter + "_constraint"] ?? constraints[short + "_constraint"]
    }
}
