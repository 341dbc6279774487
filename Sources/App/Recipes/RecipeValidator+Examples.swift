import JSON
import Training

/// What is done to training examples.
extension RecipeValidator {
    static func validate(examplesOf phase: RecipeNode, in recipe: RecipeNode, _ fields: inout FieldReader) {
        for step in phase["augment"]?.elements ?? [] { validate(augmentation: step, &fields) }
        let isSingle = recipe["data"]?["batch_size"]?.scalar?.int == 1
        for key in ["mixup", "cutmix"] {
            guard let node = phase[key], let alpha = node.scalar?.double, alpha > 0, isSingle else { continue }
            fields.reportKey(node, "a batch of one example has none to mix it with; raise data.batch_size")
        }
    }

    private static func validate(augmentation: RecipeNode, _ fields: inout FieldReader) {
        guard let (key, value) = augmentation.members?.elements.first else { return }
        for range in ["area", "aspect", "degrees", "factor"] { validate(range: value[range], &fields) }
        if key == "zoom" { validate(range: value, &fields) }
        guard let members = value.members else { return }
        func isWritten(_ name: String) -> Bool { members[name].map { !$0.isNull } ?? false }
        switch key {
        case "crop":
            switch (isWritten("padding"), isWritten("area")) {
            case (false, false):
                fields.report(
                    value,
                    "expected \"padding\" (pixels), or an \"area\" such as [0.5, 1] that is enlarged to the picture")
            case (true, true):
                fields.reportKey(members["area"]!, "a crop has a padding or an area; keep one of them")
            case (true, false) where isWritten("aspect"):
                fields.reportKey(
                    members["aspect"]!, "goes with an \"area\"; a window moved by a padding keeps its shape")
            case (false, true):
                if let fill = members["fill"], fill.origin.isWritten, fill.scalar?.double != 0 {
                    fields.reportKey(fill, "goes with a \"padding\"; a window of an area does not look outside")
                }
            default: break
            }
        case "color":
            let strengths = members.values.compactMap { $0.scalar?.double }
            if strengths.count == members.count, strengths.allSatisfy({ $0 == 0 }) {
                fields.report(value, "changes nothing; give it a brightness, contrast, saturation or hue")
            }
        case "translation":
            if members["height"]?.scalar?.double == 0, members["width"]?.scalar?.double == 0 {
                fields.report(value, "changes nothing; give it a height or a width")
            }
        default: break
        }
    }

    private static func validate(range node: RecipeNode?, _ fields: inout FieldReader) {
        guard let node, let elements = node.elements else { return }
        guard elements.count == 2 else {
            return fields.report(node, "expected the least and the most, found \(elements.count) numbers")
        }
        guard let least = elements[0].scalar?.double, let most = elements[1].scalar?.double, least > most else {
            return
        }
        fields.report(node, "expected the least before the most, found \(node.json.serialized())")
    }

    /// Weights of classes and the sampling of classes, which need classes and do the same thing twice.
    static func validate(classesOf recipe: RecipeNode, _ fields: inout FieldReader) {
        guard let loss = recipe["loss"], !loss.isInvalid else { return }
        let losses = RecipeKind.namesOutputs(loss) ? Array((loss.members ?? [:]).values) : [loss]
        let regressions: Set = ["mse", "mae", "huber"]
        var weighted: RecipeNode?
        for loss in losses {
            guard let weights = loss["class_weights"], !weights.isNull, !weights.isInvalid else { continue }
            if let name = loss["name"]?.scalar?.string, regressions.contains(name) {
                fields.reportKey(weights, "counts classes, and the loss \(name) compares numbers; leave it out")
            }
            weighted = weights
        }
        if let weights = weighted, losses.count > 1 {
            for phase in recipe["phases"]?.elements ?? [] {
                guard let count = phase["accumulate"], (count.scalar?.int ?? 1) > 1 else { continue }
                fields.reportKey(
                    count,
                    "the class weights of several outputs (\(weights.path)) divide each loss by a sum of its own, which is "
                        + "not known before the last of these batches; take larger batches instead")
            }
        }
        guard let sampling = recipe["data"]?["sampling"], sampling.scalar?.string == "balanced" else { return }
        if losses.count > 1 {
            fields.report(
                sampling, "one of several outputs would have to say the class; balance by class_weights instead")
        } else if let name = losses.first?["name"]?.scalar?.string, regressions.contains(name) {
            fields.report(sampling, "needs classes, and the loss \(name) compares numbers")
        } else if let weights = weighted, weights.scalar?.string == "balanced" {
            fields.report(
                sampling, "evens the classes out, and so does \"class_weights\": \"balanced\"; keep one of them")
        }
    }

    /// A few random changes of each example, which are for keeping what a frozen base makes of them.
    static func validate(viewsOf recipe: RecipeNode, _ fields: inout FieldReader) {
        guard let data = recipe["data"], let views = data["views"], views.scalar?.int ?? 1 > 1 else { return }
        func isNothing(_ node: RecipeNode?) -> Bool { node?.elements?.isEmpty ?? true }
        let changed = (recipe["phases"]?.elements ?? []).filter { !isNothing($0["augment"]) }
        guard !changed.isEmpty else {
            return fields.reportKey(
                views,
                "counts the random changes of each example, and nothing changes them; give \"augment\", or leave it out"
            )
        }
        if let cache = data["cache"], cache.scalar?.string == "off" || cache.scalar?.int == 0 {
            fields.reportKey(
                cache, "nothing is kept, and \"views\" draws few changes so that they can be; keep one of them")
        }
        let mixing = changed.compactMap { phase in
            ["mixup", "cutmix"].compactMap { phase[$0] }.first { $0.scalar?.double ?? 0 > 0 }
        }
        guard mixing.count == changed.count, let first = mixing.first else { return }
        fields.reportKey(
            first, "mixes examples anew in every batch, so nothing of \"views\" can be kept; keep one of them")
    }

    /// A schedule that watches a score.
    static func validate(plateauOf phase: RecipeNode, _ fields: inout FieldReader) {
        guard let schedule = phase["schedule"],
            schedule["name"]?.scalar?.string == ScheduleName.reduceOnPlateau.rawValue
        else { return }
        if let least = schedule["min_rate"], let floor = least.scalar?.double,
            let rate = phase["optimizer"]?["learning_rate"]?.scalar?.double, floor > 0, floor >= rate
        {
            fields.report(least, "the rate starts at \(RecipeKind.short(rate)) already, so it never falls")
        }
        guard let early = phase["early_stopping"], early.members != nil,
            early["monitor"]?.json == schedule["monitor"]?.json,
            let wait = schedule["patience"], let patience = wait.scalar?.int,
            let limit = early["patience"]?.scalar?.int, max(limit, 1) <= max(patience, 1)
        else { return }
        fields.report(
            wait.origin.isWritten ? wait : schedule,
            "early_stopping ends the phase after \(limit) evaluations without improvement, before a patience of "
                + "\(patience) can lower the rate; give early_stopping the greater patience")
    }
}
