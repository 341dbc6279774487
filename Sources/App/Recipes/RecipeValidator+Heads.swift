extension RecipeValidator {
    /// What must hold for phases with a head of their own, whatever the model.
    static func validate(headsOf phases: [RecipeNode], in recipe: RecipeNode, _ fields: inout FieldReader) {
        func isWritten(_ node: RecipeNode?) -> Bool { node.map { !$0.isNull && !$0.isInvalid } ?? false }
        var hasHead = isWritten(recipe["model"]?["head"])
        for (index, phase) in phases.enumerated() {
            let head = isWritten(phase["head"]) ? phase["head"] : nil
            let cut = isWritten(phase["cut_at"]) ? phase["cut_at"] : nil
            if let cut, phase["head"].map(\.isNull) ?? true {
                fields.reportKey(cut, "goes with a \"head\": the layers behind it are replaced by one; add it")
            }
            guard let head else { continue }
            if index == 0 {
                fields.reportKey(head, "the first phase trains the model as \"model\" makes it; write it there")
            } else if cut == nil, !hasHead {
                fields.reportKey(
                    head,
                    "there is no head before it whose place it could take; add \"cut_at\" with the last layer that stays"
                )
            }
            hasHead = true
        }
    }
}
