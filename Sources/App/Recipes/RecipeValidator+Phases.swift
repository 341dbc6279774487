import JSON
import Training

extension RecipeValidator {
    static func validate(phase: RecipeNode, of recipe: RecipeNode, _ fields: inout FieldReader) {
        guard phase.members != nil else { return }
        // A strategy that could not be read may well have said how long.
        if recipe["strategy"]?.isInvalid != true { validate(lengthOf: phase, &fields) }
        validate(formsOf: phase, of: recipe, &fields)
        for rule in phase["policy"]?.elements ?? [] { validate(rule: rule, &fields) }
        for key in ["optimizer", "schedule"] {
            guard let section = phase[key], section.members != nil, !hasInvalid(section) else { continue }
            do {
                if key == "optimizer" { _ = try OptimizerConfiguration(section) }
                if key == "schedule" { _ = try ScheduleConfiguration(section) }
            } catch is RecipeTableError {
            } catch { fields.report(section, "\(error)") }
        }
        validate(examplesOf: phase, in: recipe, &fields)
        validate(plateauOf: phase, &fields)
        if let schedule = phase["schedule"], let monitor = schedule["monitor"], let name = monitor.scalar?.string {
            validate(monitor: monitor.origin.isWritten ? monitor : schedule, name, of: recipe, &fields)
        }
        if let early = phase["early_stopping"], let monitor = early["monitor"], let name = monitor.scalar?.string {
            validate(monitor: monitor, name, of: recipe, &fields)
        }
    }

    private static func hasInvalid(_ node: RecipeNode) -> Bool {
        node.isInvalid || node.members?.values.contains { hasInvalid($0) } ?? false
    }

    private static func validate(lengthOf phase: RecipeNode, _ fields: inout FieldReader) {
        guard let epochs = phase["epochs"], let steps = phase["steps"] else { return }
        switch (epochs.isNull, steps.isNull) {
        case (true, true): fields.report(phase, "expected \"epochs\" or \"steps\"; for example \"epochs\": 10")
        case (false, false):
            if !epochs.isInvalid, !steps.isInvalid {
                fields.reportKey(steps, "a phase has epochs or steps, not both; \(epochs.path) is written too")
            }
        default: break
        }
    }

    private static func validate(rule: RecipeNode, _ fields: inout FieldReader) {
        guard let members = rule.members else { return }
        let verbs = PolicyVerb.allCases.map(\.rawValue)
        let written = verbs.filter { members[$0].map { !$0.isNull } ?? false }
        guard written.count == 1 else {
            let words = RecipeKind.oneOf(verbs.map { "\"\($0)\"" })
            fields.report(
                rule,
                written.isEmpty
                    ? "expected \(words), with a pattern or a list of them"
                    : "expected one of \(words), found \(written.count); write them as rules of their own, in order")
            return
        }
        guard !hasInvalid(rule), !(members[written[0]]?.elements ?? []).contains(where: \.isInvalid) else { return }
        do { _ = try PolicyRule(rule) } catch is RecipeTableError {} catch { fields.report(rule, "\(error)") }
    }

    /// What an evaluation gives beside the loss, without `val_`; nil where the recipe does not make sense there.
    private static func scores(of recipe: RecipeNode) -> [String]? {
        guard let metrics = recipe["metrics"], let loss = recipe["loss"], !hasInvalid(metrics), !hasInvalid(loss) else {
            return nil
        }
        func names(_ node: RecipeNode?) -> [String] {
            (node?.elements ?? []).compactMap { try? MetricConfiguration($0).name }
        }
        if metrics.elements?.contains(where: \.isInvalid) == true { return nil }
        guard RecipeKind.namesOutputs(loss), let outputs = loss.members?.keys, outputs.count > 1 else {
            return names(metrics.members?.values.first ?? metrics)
        }
        return outputs.flatMap { output in
            ["\(output)_loss"] + names(metrics.members?[output] ?? metrics).map { "\(output)_\($0)" }
        }
    }

    /// The scores that an evaluation of this recipe gives are known before anything runs.
    private static func validate(
        monitor: RecipeNode, _ name: String, of recipe: RecipeNode, _ fields: inout FieldReader
    ) {
        let validation = recipe["data"]?["validation"]
        let hasValidation = validation.map { $0.members != nil || ($0.scalar?.double ?? 0) > 0 } ?? false
        guard validation.map({ !$0.isInvalid }) ?? false else { return }
        if name.hasPrefix("val_"), !hasValidation {
            fields.report(
                monitor.origin.isWritten ? monitor : monitor,
                "\"\(name)\" cannot be watched without validation data; add data.validation, for example 0.1, "
                    + "or watch \"train_loss\"")
            return
        }
        guard let names = scores(of: recipe) else { return }
        let known =
            ["val_loss"].filter { _ in hasValidation } + names.flatMap { hasValidation ? ["val_" + $0] : [] }
            + ["train_loss"]
        guard !known.contains(name) else { return }
        let bare = name.hasPrefix("val_") ? String(name.dropFirst(4)) : name
        let hint =
            MetricKind(name: bare) != nil && !names.contains { $0 == bare || $0.hasSuffix("_" + bare) }
            ? "; add \"\(bare)\" to metrics" : didYouMean(name, among: known)
        fields.report(monitor, "no evaluation of this recipe gives \"\(name)\"" + hint)
    }
}
