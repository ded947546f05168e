/// A page that needs nothing but itself: no file, no network.
struct HTMLPage {
    var title: String
    var body: String
    /// JSON for the treemaps.
    var data: String

    /// The document. The policy lets run what is in the page and nothing else.
    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
        <meta name="color-scheme" content="light dark">
        <title>\(HTMLText.escape(title))</title>
        <style>\(PageStyle.css)</style>
        </head>
        <body>
        \(body)
        <script type="application/json" id="data">\(HTMLText.script(data))</script>
        <script>\(TreemapScript.source)</script>
        </body>
        </html>

        """
    }
}

/// Pieces that pages are made of.
enum HTMLPart {
    /// A section with its heading.
    static func section(_ title: String, _ content: String, id: String) -> String {
        content.isEmpty ? "" : "<section id=\"\(id)\"><h2>\(HTMLText.escape(title))</h2>\n\(content)</section>\n"
    }

    /// A table; cells are markup. Columns after the first `texts` of which are numbers are named in `numbers`.
    static func table(_ head: [String], numbers: Set<Int> = [], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        func cell(_ tag: String, _ index: Int, _ content: String) -> String {
            "<\(tag)\(numbers.contains(index) ? " class=\"n\"" : "")>\(content)</\(tag)>"
        }
        let headings = head.enumerated().map { cell("th", $0, HTMLText.escape($1)) }.joined()
        let lines = rows.map { "<tr>" + $0.enumerated().map { cell("td", $0, $1) }.joined() + "</tr>\n" }.joined()
        return
            "<div class=\"scroll\"><table><thead><tr>\(headings)</tr></thead>\n<tbody>\(lines)</tbody></table></div>\n"
    }

    /// A bar of a width in percent, and a part of it that is waste.
    static func bar(_ part: Int64, wasted: Int64 = 0, of whole: Int64) -> String {
        func percent(_ value: Int64) -> String {
            whole > 0 ? SizeText.fixed(min(100, max(0, Double(value) / Double(whole) * 100)), 2) : "0"
        }
        return
            "<span class=\"bar\"><i style=\"width:\(percent(part - wasted))%\"></i><b style=\"width:\(percent(wasted))%\"></b></span>"
    }

    /// The picture of an image's bytes. Without scripts there are the directories below it.
    static func treemap(_ index: Int, _ title: String) -> String {
        """
        <figure class="map" data-map="\(index)" hidden><figcaption><span class="crumbs"></span></figcaption>
        <div class="area" role="img" aria-label="\(HTMLText.escape(title))"></div></figure>

        """
    }

    /// Directories that open, with bars.
    static func directories(_ tree: ByteTreeView, whole: Int64, depth: Int = 0) -> String {
        let label =
            "<span class=\"name\">\(HTMLText.escape(tree.name))</span><span class=\"size\">\(SizeText.decimal(tree.size))</span>\(bar(tree.size, wasted: tree.wasted, of: whole))"
        guard !tree.children.isEmpty, depth < 5 else { return "<div class=\"leaf\">\(label)</div>\n" }
        let inner = tree.children.prefix(25).map { directories($0, whole: whole, depth: depth + 1) }.joined()
        let rest = tree.children.dropFirst(25)
        let more =
            rest.isEmpty
            ? ""
            : "<div class=\"leaf\"><span class=\"name\">\(rest.count) more</span><span class=\"size\">\(SizeText.decimal(rest.reduce(0) { $0 + $1.size }))</span></div>\n"
        return "<details\(depth == 0 ? " open" : "")><summary>\(label)</summary>\n\(inner)\(more)</details>\n"
    }
}
