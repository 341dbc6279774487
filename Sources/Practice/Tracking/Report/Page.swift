/// A page of the house: one file, no script, nothing from the network.
struct Page {
    var title: String
    /// What it is: `report`, `comparison`.
    var kind: String
    /// Of the program that the content comes from.
    var version: String
    var content: Markup

    var html: String {
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>\(title) – finetune \(kind)</title>
            <style>\(Markup(verbatim: reportStyle))</style></head>
            <body><main>
            \(content)
            <footer>Written by finetune \(version). This file needs no network and no other file.</footer>
            </main></body></html>

            """
        return page.source
    }

    /// A titled part of the page; nothing where there is nothing to show.
    static func section(_ title: String, _ lead: String = "", _ content: Markup) -> Markup {
        guard !content.source.isEmpty else { return .empty }
        let sentence: Markup = lead.isEmpty ? .empty : "<p class=\"lead\">\(lead)</p>\n"
        return "<section><h2>\(title)</h2>\n\(sentence)\(content)</section>\n"
    }

    /// Names and what they stand for; pairs without a text are left out.
    static func definitions(_ pairs: [(String, String)], _ style: String = "") -> Markup {
        let items = pairs.filter { !$0.1.isEmpty }.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>\n" as Markup }
        return items.isEmpty ? .empty : "<dl class=\"\(style)\">\n\(items)</dl>\n"
    }
}
