import JSON
import Training

/// Forms of fine-tuning that contradict each other or have nothing to work on.
extension RecipeValidator {
    /// - Parameter phase: complete, with what the top level says.
    static func validate(formsOf phase: RecipeNode, of recipe: RecipeNode, _ fields: inout FieldReader) {
        validate(ratesOf: phase, &fields)
        validate(gradual: phase, &fields)
        if let restore = phase["restore_best"], restore.scalar?.bool == true, phase["early_stopping"]?.isNull == true {
            fields.report(
                restore, "nothing says which weights are the best; add early_stopping with what is to be watched")
        }
        if let schedule = phase["schedule"], let warmup = schedule["warmup"] {
            validate(warmup: warmup, in: phase, &fields)
        }
        for rule in phase["policy"]?.elements ?? [] { validate(rule: rule, of: recipe, in: phase, &fields) }
    }

    private static func isWritten(_ node: RecipeNode?) -> Bool {
        node.map { !$0.isNull && !$0.isInvalid } ?? false
    }

    private static func validate(ratesOf phase: RecipeNode, _ fields: inout FieldReader) {
        guard let range = phase["discriminative"], isWritten(range) else { return }
        if let decay = phase["layer_decay"], isWritten(decay) {
            fields.reportKey(range, "discriminative and layer_decay both give rates by depth; keep one of them")
        }
        guard let bounds = try? range.doubles() else { return }
        if bounds.count != 2 {
            fields.report(range, "expected two rates, [lowest, highest], found \(bounds.count)")
        } else if bounds[0] > bounds[1] {
            fields.report(
                range,
                "expected the lowest rate first, for the layers nearest the input, found [\(bounds[0]), \(bounds[1])]")
        }
        let rate = phase["optimizer"]?["learning_rate"]
        // A resolved recipe shows the highest as the rate.
        let isShown = bounds.count == 2 && rate?.scalar?.double == bounds[1]
        if let rate, rate.origin.isWritten, section(of: rate) == section(of: range), !isShown {
            fields.reportKey(
                range, "discriminative gives absolute rates, so \(rate.path) would do nothing; keep one of them")
        }
    }

    /// The phase in which something is written, empty for the top level.
    private static func section(of node: RecipeNode) -> String {
        let parts = node.path.split(separator: ".")
        return parts.first == "phases" ? parts.prefix(2).joined(separator: ".") : ""
    }

    private static func validate(gradual phase: RecipeNode, _ fields: inout FieldReader) {
        guard let gradual = phase["gradual"], isWritten(gradual) else { return }
        if let steps = phase["steps"], isWritten(steps) {
            fields.reportKey(gradual, "gradual counts epochs, and \(steps.path) counts steps; give epochs")
        } else if let every = gradual.scalar?.int, let epochs = phase["epochs"]?.scalar?.int, every >= epochs {
            fields.report(
                gradual,
                "a block every \(every) epoch\(every == 1 ? "" : "s") leaves no time for a second one in a phase of "
                    + "\(epochs); train longer or unfreeze faster")
        }
        if gradual.scalar?.string != nil, phase["early_stopping"]?.isNull == true {
            fields.report(
                gradual,
                "\"plateau\" is what early_stopping sees; add it, for example \"early_stopping\": "
                    + "{ \"patience\": 2 }")
        }
    }

    private static func validate(warmup: RecipeNode, in phase: RecipeNode, _ fields: inout FieldReader) {
        guard let value = warmup.scalar, let duration = try? RecipeDuration(value).duration else { return }
        switch duration {
        case .epochs(let count):
            guard let epochs = phase["epochs"]?.scalar?.int, count > Double(epochs) else { return }
            fields.report(
                warmup,
                "a warm-up of \(duration) is longer than the phase, which has \(epochs); shorten it or train longer")
        case .steps(let count):
            guard let steps = phase["steps"]?.scalar?.int, count > steps else { return }
            fields.report(
                warmup,
                "a warm-up of \(duration) is longer than the phase, which has \(steps); shorten it or train longer")
        case .share: break
        }
    }

    private static func validate(
        rule: RecipeNode, of recipe: RecipeNode, in phase: RecipeNode, _ fields: inout FieldReader
    ) {
        if let warmup = rule["warmup"], isWritten(warmup) { validate(warmup: warmup, in: phase, &fields) }
        guard let pull = rule["l2_sp"], let strength = pull.scalar?.double, strength > 0, let model = recipe["model"],
            model.members != nil, !isWritten(model["checkpoint"]), !isWritten(model["weights"]),
            isWritten(model["architecture"])
        else { return }
        fields.reportKey(
            pull, "there are no pretrained values to pull toward: the model starts from fresh ones; give a checkpoint")
    }

    /// Blocks and what starts afresh.
    static func validate(groupsOf model: RecipeNode, _ fields: inout FieldReader) {
        for (name, patterns) in model["blocks"]?.members ?? [:] {
            for pattern in patterns.elements ?? [] {
                guard let text = pattern.scalar?.string, let selector = try? PolicySelector(text) else { continue }
                guard case .pattern = selector else {
                    fields.report(pattern, "a block is made of path patterns, found \(pattern.found)")
                    continue
                }
            }
            if name.isEmpty { fields.reportKey(patterns, "a block needs a name") }
        }
        guard let fresh = model["reinitialize"], isWritten(fresh), !isWritten(model["checkpoint"]),
            !isWritten(model["weights"]), isWritten(model["architecture"])
        else { return }
        fields.reportKey(fresh, "everything starts afresh already: the model has no weights; leave it out")
    }
}
