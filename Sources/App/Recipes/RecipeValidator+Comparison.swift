import JSON
import Tracking

extension RecipeValidator {
    /// What is compared, as far as it can be told without opening anything.
    static func validate(comparisonOf recipe: RecipeNode, _ fields: inout FieldReader) {
        guard let section = recipe["comparison"], section.members != nil else { return }
        validate(arms: section["arms"]?.elements ?? [], &fields)
        validate(distinct: section["seeds"], "seed", &fields)
        validate(distinct: section["fractions"], "fraction", &fields)
        if let task = section["old_task"], task.members != nil {
            validate(source: task, &fields)
            if recipe["model"]?["checkpoint"]?.isNull == true {
                fields.reportKey(
                    task,
                    "only a checkpoint brings the head of its old task along; give model.checkpoint, or leave it out")
            }
        }
    }

    private static func validate(arms: [RecipeNode], _ fields: inout FieldReader) {
        var names: Set<String> = []
        for node in arms where !node.isInvalid {
            if let text = node.scalar?.string, ComparisonSection.Arm(named: text) == nil {
                fields.report(
                    node,
                    "there is no arm \"\(text)\""
                        + didYouMean(text, among: ComparisonSection.Arm.names)
                        + "; an arm is the recipe (\"fine-tuned\"), a strategy's name, or an object")
                continue
            }
            if let strategy = node["strategy"], let file = node["recipe"], !strategy.isNull, !file.isNull {
                fields.reportKey(file, "another recipe says for itself how it trains; keep it or \"strategy\"")
                continue
            }
            guard let arm = try? ComparisonSection.Arm(node) else { continue }
            if let objection = objection(toArm: arm.name) { fields.report(node["name"] ?? node, objection) }
            if !names.insert(arm.name).inserted {
                fields.report(node, "two arms are called \"\(arm.name)\"; give one of them another \"name\"")
            }
        }
    }

    /// An arm's runs lie in a folder of its name, beside the comparison's own files.
    private static func objection(toArm name: String) -> String? {
        let isPlain = !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && name.utf8.count <= 100
        if !isPlain || name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "expected a text of at most 100 bytes that can name a folder, without \"/\" and control characters"
        }
        let own = [Comparison.fileName, Comparison.timingFileName, ComparisonReport.fileName]
        return own.contains(name) ? "a comparison has a file of this name beside its arms; give another" : nil
    }

    private static func validate(distinct list: RecipeNode?, _ noun: String, _ fields: inout FieldReader) {
        var seen: Set<JSON> = []
        for node in list?.elements ?? [] where !node.isInvalid {
            if !seen.insert(node.json).inserted {
                fields.report(node, "the \(noun) \(node.json.serialized()) is there twice")
            }
        }
    }
}
