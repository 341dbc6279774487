import JSON
import Training

/// What must hold between the keys of a recipe, whatever the model and the data turn out to be.
enum RecipeValidator {
    /// - Parameter recipe: completed; parts that made no sense on their own are passed over.
    static func validate(_ recipe: RecipeNode, _ fields: inout FieldReader) {
        if let name = recipe["name"], let text = name.scalar?.string, text.isEmpty || text.contains("/") {
            fields.report(name, "expected a text without \"/\" that can begin a folder's name, found \(name.found)")
        }
        if let model = recipe["model"] { validate(model: model, &fields) }
        if let data = recipe["data"] { validate(data: data, &fields) }
        for phase in recipe["phases"]?.elements ?? [] { validate(phase: phase, of: recipe, &fields) }
        validate(namesOf: recipe["phases"]?.elements ?? [], &fields)
        validate(chainsOf: recipe["phases"]?.elements ?? [], &fields)
        validate(headsOf: recipe["phases"]?.elements ?? [], in: recipe, &fields)
        validate(classesOf: recipe, &fields)
        validate(viewsOf: recipe, &fields)
        validate(comparisonOf: recipe, &fields)
    }

    private static func isWritten(_ node: RecipeNode?) -> Bool { node.map { !$0.isNull } ?? false }

    private static func validate(model: RecipeNode, _ fields: inout FieldReader) {
        guard model.members != nil else { return }
        switch (isWritten(model["checkpoint"]), isWritten(model["architecture"])) {
        case (false, false):
            let hint = isWritten(model["weights"]) ? "weights alone do not say what the layers are; " : ""
            fields.report(model, hint + "expected \"checkpoint\" (a whole model) or \"architecture\" (a Keras config)")
        case (true, true):
            fields.reportKey(
                model["architecture"]!,
                "the checkpoint brings its architecture; keep \"checkpoint\", or \"architecture\" with \"weights\"")
        default: break
        }
        validate(groupsOf: model, &fields)
        if isWritten(model["checkpoint"]), let weights = model["weights"], isWritten(weights) {
            fields.reportKey(weights, "the checkpoint brings its weights; remove one of them")
        }
        if let weights = model["weights"]?.elements, weights.count > 1 {
            for file in weights where file.scalar?.string.map({ !$0.hasSuffix(".npy") }) ?? false {
                fields.report(file, "several files of weights are .npy files, found \(file.found)")
            }
        }
    }

    private static func validate(data: RecipeNode, _ fields: inout FieldReader) {
        if let kept = data["cache_precision"], kept.origin.isWritten, kept.scalar?.string == "bfloat16",
            data["cache"]?.scalar?.string == "off" || data["cache"]?.scalar?.int == 0
        {
            fields.reportKey(kept, "\"cache\" keeps nothing; remove it, or \"cache_precision\"")
        }
        for key in ["train", "validation", "test"] {
            if let source = data[key], source.members != nil { validate(source: source, &fields) }
        }
        for transform in data["transforms"]?.elements ?? [] { validate(transform: transform, &fields) }
        guard let train = data["train"], let classes = train["classes"], !classes.isInvalid else { return }
        for key in ["validation", "test"] {
            guard let source = data[key], source.members != nil, let other = source["classes"], !other.isInvalid,
                other.json != classes.json
            else { continue }
            fields.report(
                other.origin.isWritten ? other : source,
                "expected the same \"classes\" as data.train has (\(classes.json.serialized())), so that they are "
                    + "numbered alike, found \(other.isNull ? "none" : other.json.serialized())")
        }
    }

    static func validate(source: RecipeNode, _ fields: inout FieldReader) {
        var seen: Set<String> = []
        for element in source["classes"]?.elements ?? [] where !element.isInvalid {
            guard let name = try? SourceSection.name(element) else { continue }
            if !seen.insert(name).inserted { fields.report(element, "the class \(element.found) is there twice") }
        }
        if let size = source["size"] { validate(size: size, &fields) }
        guard source["format"]?.scalar?.string == "inline" else { return }
        do {
            guard let inputs = source["inputs"], let targets = source["targets"], !inputs.isInvalid,
                !targets.isInvalid
            else { return }
            let count = try InlineValues(inputs).shape.first ?? 0
            let names = targets.elements?.first?.scalar?.string != nil
            let targetCount = names ? targets.elements?.count ?? 0 : try InlineValues(targets).shape.first ?? 0
            if count == 0 { fields.report(inputs, "expected a list of at least one example, found \(inputs.found)") }
            if names, let odd = targets.elements?.first(where: { $0.scalar?.string == nil }) {
                fields.report(odd, "expected the name of a class like those before it, found \(odd.found)")
            }
            if count != targetCount {
                fields.report(targets, "expected \(count) targets, one for each input, found \(targetCount)")
            }
        } catch let ragged as InlineValues.Ragged {
            fields.report(ragged.node, ragged.message)
        } catch {
            fields.report(source, "\(error)")
        }
    }

    private static func validate(size: RecipeNode, _ fields: inout FieldReader) {
        guard let elements = size.elements, elements.count != 2 else { return }
        fields.report(size, "expected height and width, found \(elements.count) numbers")
    }

    private static func validate(transform: RecipeNode, _ fields: inout FieldReader) {
        if let size = transform["resize"] { validate(size: size, &fields) }
        if let shape = transform["reshape"], let dimensions = try? shape.ints() {
            let count = dimensions.reduce(1.0) { $0 * Double($1) }
            if count > 1e9 { fields.report(shape, "expected a shape of at most 1000000000 numbers, found more") }
        }
        guard let standardize = transform["standardize"], let mean = standardize["mean"], let std = standardize["std"]
        else { return }
        switch (mean.elements, std.elements) {
        case (let means?, let deviations?) where means.count != deviations.count:
            fields.report(std, "expected \(means.count) numbers, one for each mean, found \(deviations.count)")
        case (nil, _?) where mean.isNull: fields.report(standardize, "\"std\" goes with a \"mean\"; give both or none")
        case (_?, nil) where std.isNull: fields.report(standardize, "\"mean\" goes with a \"std\"; give both or none")
        default: break
        }
    }

    private static func validate(namesOf phases: [RecipeNode], _ fields: inout FieldReader) {
        var seen: Set<String> = []
        for phase in phases {
            guard let name = phase["name"], let text = name.scalar?.string else { continue }
            if !seen.insert(text).inserted { fields.report(name, "two phases are called \"\(text)\"") }
        }
    }
}
