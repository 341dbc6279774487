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
        let record = run.record
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>\(record.name) – finetune report</title>
            <style>\(Markup(verbatim: reportStyle))</style></head>
            <body><main>
            \(header)\(notes)\(curves)\(classes)\(policy)\(resources)\(weights)\(origin)\(recipe)
            <footer>Written by finetune \(record.environment.versions["finetune"] ?? finetuneVersion). \
            This file needs no network and no other file.</footer>
            </main></body></html>

            """
        return page.source
    }

    /// A titled part of the page; nothing where there is nothing to show.
    func section(_ title: String, _ lead: String = "", _ content: Markup) -> Markup {
        guard !content.source.isEmpty else { return .empty }
        let sentence: Markup = lead.isEmpty ? .empty : "<p class=\"lead\">\(lead)</p>\n"
        return "<section><h2>\(title)</h2>\n\(sentence)\(content)</section>\n"
    }

    private var recipe: Markup {
        guard !run.recipe.isEmpty else { return .empty }
        return section(
            "Recipe", "As resolved, with every default; finetune runs it again as it stands.",
            "<details><summary>recipe.json</summary><pre>\(run.recipe)</pre></details>\n")
    }
}
