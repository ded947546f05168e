import Analysis
import OCI

/// A comparison as a page.
public enum ComparisonPage {
    private static let rows = 300

    /// The page.
    public static func page(_ comparison: ImageComparison) throws -> String {
        let trees = [comparison.before, comparison.after].map { ByteTreeView(ByteTree($0.ledger)) }
        var body = "<header>\(head(comparison))</header>\n"
        body += HTMLPart.section("Bytes, before and after", maps(comparison, trees), id: "bytes")
        body += HTMLPart.section("Layers before", InspectionPage.layers(comparison.before), id: "layers-before")
        body += HTMLPart.section("Layers after", InspectionPage.layers(comparison.after), id: "layers-after")
        body += HTMLPart.section(
            "New vulnerabilities", FindingParts.table(comparison.addedFindings), id: "added-findings")
        body += HTMLPart.section(
            "Vulnerabilities that are gone", FindingParts.table(comparison.removedFindings), id: "removed-findings")
        body += HTMLPart.section("Packages", packages(comparison), id: "packages")
        body += HTMLPart.section("Files", files(comparison), id: "files")
        body += HTMLPart.section("Configuration", config(comparison), id: "config")
        let title = "\(comparison.before.ref) and \(comparison.after.ref)"
        return HTMLPage(title: title, body: body, data: try ByteTreeView.data(trees)).text
    }

    private static func head(_ comparison: ImageComparison) -> String {
        let percent = comparison.reductionPercent
        let words =
            percent > 0
            ? "<span class=\"good\">\(SizeText.fixed(percent, 1))% smaller</span>"
            : percent < 0 ? "<span class=\"bad\">\(SizeText.fixed(-percent, 1))% larger</span>" : "the same size"
        return "<h1>\(words)</h1>\n"
            + HTMLPart.table(
                ["", "Before", "After", "Reduction"], numbers: [1, 2, 3],
                [
                    ["Image"]
                        + [comparison.before, comparison.after].map {
                            "<code>\(HTMLText.escape(OneLine.text($0.ref)))</code>"
                        } + [""]
                ]
                    + ComparisonRow.rows(comparison).map { row in
                        let mark = row.change > 0 ? "good" : row.change < 0 ? "bad" : "soft"
                        return [row.title, row.before, row.after, "<span class=\"\(mark)\">\(row.reduction)</span>"]
                    })
    }

    private static func maps(_ comparison: ImageComparison, _ trees: [ByteTreeView]) -> String {
        let whole = max(1, trees.map(\.size).max() ?? 1)
        let parts = [comparison.before, comparison.after].enumerated().map { index, inspection in
            "<div><p><code>\(HTMLText.escape(OneLine.text(inspection.ref)))</code> \(SizeText.decimal(inspection.ledger.size))</p>\n"
                + HTMLPart.treemap(index, "Treemap of the bytes of \(inspection.ref)")
                + HTMLPart.directories(trees[index], whole: whole) + "</div>\n"
        }
        return "<div class=\"pair\">\(parts.joined())</div>\n"
    }

    private static func packages(_ comparison: ImageComparison) -> String {
        let words = [
            "+": "<span class=\"bad\">added</span>", "-": "<span class=\"good\">removed</span>", "~": "changed",
        ]
        return HTMLPart.table(
            ["", "Type", "Package", "Version"],
            PackageChange.changes(comparison).map {
                [
                    words[$0.sign] ?? "", $0.type, "<code>\(HTMLText.escape($0.name))</code>",
                    "<code>\(HTMLText.escape($0.versions))</code>",
                ]
            })
    }

    private static func files(_ comparison: ImageComparison) -> String {
        let changes = comparison.filesByGrowth
        let table = HTMLPart.table(
            ["", "Before", "After", "Path"], numbers: [1, 2],
            changes.prefix(rows).map { change -> [String] in
                let words: [String] = [change.kind.rawValue] + change.aspects.map(\.rawValue)
                let path = HTMLText.escape(OneLine.path(change.path))
                return [
                    words.joined(separator: ", "), change.sizeBefore.map(SizeText.decimal) ?? "",
                    change.sizeAfter.map(SizeText.decimal) ?? "", "<code>\(path)</code>",
                ]
            })
        let rest = changes.count - rows
        return table + (rest > 0 ? "<p class=\"soft\">and \(SizeText.grouped(Int64(rest))) more</p>\n" : "")
    }

    private static func config(_ comparison: ImageComparison) -> String {
        HTMLPart.table(
            ["Field", "Before", "After"],
            comparison.config.map { change in
                [change.field, change.before ?? "", change.after ?? ""].map {
                    "<code>\(HTMLText.escape(LayerText.shortened($0, 300)))</code>"
                }
            })
    }
}
