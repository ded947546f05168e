/// A page that needs nothing but itself: no file, no network. All pages have this frame and one style.
struct HTMLPage {
    /// A part of the page under a heading of its own.
    struct Section {
        var title: String
        /// Markup.
        var content: String
        /// Names the section in addresses.
        var id: String

        /// A part with that heading.
        init(_ title: String, _ content: String, id: String) {
            self.title = title
            self.content = content
            self.id = id
        }
    }

    var title: String
    /// The first heading and what belongs to it, as markup.
    var header: String
    /// Those without content are left out.
    var sections: [Section]
    /// JSON for the treemaps; a page without any has no program.
    var data: String?

    /// The document. The policy lets run what is in the page and nothing else.
    var text: String {
        let program = data.map {
            "<script type=\"application/json\" id=\"data\">\(HTMLText.script($0))</script>\n<script>\(TreemapScript.source)</script>\n"
        }
        let policy =
            "default-src 'none'; style-src 'unsafe-inline'" + (data == nil ? "" : "; script-src 'unsafe-inline'")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="color-scheme" content="light dark">
            <title>\(HTMLText.escape(title))</title>
            <style>\(PageStyle.css)</style>
            </head>
            <body>
            <header>\(header)\(navigation)</header>
            <main>
            \(shown.map { "<section id=\"\($0.id)\"><h2>\(HTMLText.escape($0.title))</h2>\n\($0.content)</section>\n" }.joined())</main>
            \(program ?? "")</body>
            </html>

            """
    }

    private var shown: [Section] { sections.filter { !$0.content.isEmpty } }

    /// The way to the sections, for pages with many.
    private var navigation: String {
        guard shown.count > 2 else { return "" }
        let links = shown.map { "<a href=\"#\($0.id)\">\(HTMLText.escape($0.title))</a>" }
        return "<nav aria-label=\"Sections\">\(links.joined(separator: "\n"))</nav>\n"
    }
}

/// Pieces that pages are made of.
enum HTMLPart {
    /// A column of a table.
    struct Column {
        var title: String
        var style: Style

        /// What a column's cells are like.
        enum Style: String {
            /// Text that is broken where it must be.
            case text = ""
            /// A number, aligned with those above and below it.
            case number = "n"
            /// A few words that stay on one line.
            case short = "s"
            /// The column that may take what the others leave, and must get some of it.
            case main = "m"
            /// What narrow screens do without.
            case extra = "x"
            /// A number that narrow screens do without.
            case extraNumber = "n x"
        }

        /// A column with that heading.
        init(_ title: String, _ style: Style = .text) {
            self.title = title
            self.style = style
        }
    }

    /// Rows that are shown at once; more are folded.
    private static let rowsAtOnce = 40

    /// A table; cells are markup. A long one is folded.
    static func table(_ columns: [Column], _ rows: [[String]]) -> String {
        guard rows.count > rowsAtOnce + 10 else { return plainTable(columns, rows[...]) }
        let rest = rows.count - rowsAtOnce
        return plainTable(columns, rows[..<rowsAtOnce]) + "<details class=\"rest\"><summary>\(rest) more</summary>\n"
            + plainTable(columns, rows[rowsAtOnce...]) + "</details>\n"
    }

    private static func plainTable(_ columns: [Column], _ rows: ArraySlice<[String]>) -> String {
        guard !rows.isEmpty else { return "" }
        func style(_ column: Column) -> String {
            column.style == .text ? "" : " class=\"\(column.style.rawValue)\""
        }
        let headings = columns.map { "<th scope=\"col\"\(style($0))>\(HTMLText.escape($0.title))</th>" }.joined()
        let lines = rows.map { row in
            "<tr>" + zip(columns, row).map { "<td\(style($0))>\($1)</td>" }.joined() + "</tr>\n"
        }
        return
            "<div class=\"scroll\"><table><thead><tr>\(headings)</tr></thead>\n<tbody>\n\(lines.joined())</tbody></table></div>\n"
    }

    /// Foreign text as it is written in programs.
    static func code(_ text: String) -> String { "<code>\(HTMLText.escape(text))</code>" }

    /// A severity with its colour.
    static func severity(_ name: String) -> String {
        let known = ["CRITICAL", "HIGH", "MEDIUM", "LOW"].contains(name)
        return known ? "<span class=\"\(name)\">\(name)</span>" : HTMLText.escape(name)
    }

    /// A bar of a width in percent, and a part of it that is waste. It shows what stands beside it as a number.
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
        <div class="area" role="group" aria-label="\(HTMLText.escape(title)): arrow keys move, Enter opens, Escape goes back"></div>
        <p class="tip"></p><p class="soft">Colours are layers; striped is wasted. Click or Enter goes into a directory, Escape back.</p></figure>

        """
    }

    /// Directories that open, with bars.
    static func directories(_ tree: ByteTreeView, whole: Int64, depth: Int = 0) -> String {
        let label =
            "<span class=\"name\">\(HTMLText.escape(tree.name))</span> <span class=\"size\">\(SizeText.decimal(tree.size))</span>\(bar(tree.size, wasted: tree.wasted, of: whole))"
        guard !tree.children.isEmpty, depth < 5 else { return "<div class=\"leaf\">\(label)</div>\n" }
        let inner = tree.children.prefix(25).map { directories($0, whole: whole, depth: depth + 1) }.joined()
        let rest = tree.children.dropFirst(25)
        let more =
            rest.isEmpty
            ? ""
            : "<div class=\"leaf\"><span class=\"name\">\(rest.count) more</span> <span class=\"size\">\(SizeText.decimal(rest.reduce(0) { $0 + $1.size }))</span></div>\n"
        return "<details\(depth == 0 ? " open" : "")><summary>\(label)</summary>\n\(inner)\(more)</details>\n"
    }
}
