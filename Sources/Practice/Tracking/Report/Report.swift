import Training

/// `report.html`: one file with everything in it, no script, nothing from the network; light or dark as the reader's
/// system is, and fit to print. Equal descriptions give equal bytes.
package struct Report {
    let run: RunDescription
    /// Whether curves run over epochs, as where every evaluation ends one, or over steps.
    let isByEpoch: Bool

    package init(_ run: RunDescription) {
        self.run = run
        isByEpoch = zip(run.evaluations, run.evaluations.dropFirst()).allSatisfy { $0.epoch < $1.epoch }
    }

    package var html: String {
        Page(
            title: run.record.name, kind: "report",
            version: run.record.environment.versions["finetune"] ?? finetuneVersion,
            content:
                "\(header)\(notes)\(curves)\(classes)\(predictions)\(policy)\(resources)\(weights)\(origin)\(recipe)"
        ).html
    }

    /// A titled part of the page; nothing where there is nothing to show.
    func section(_ title: String, _ lead: String = "", _ content: Markup) -> Markup {
        Page.section(title, lead, content)
    }

    private var recipe: Markup {
        guard !run.recipe.isEmpty else { return .empty }
        return section(
            "Recipe", "As resolved, with every default; finetune runs it again as it stands.",
            "<details><summary>recipe.json</summary><pre>\(run.recipe)</pre></details>\n")
    }
}
