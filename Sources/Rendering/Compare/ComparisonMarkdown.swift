import Analysis
import OCI

/// A comparison as a comment on a pull request: the table first, the rest folded away.
public enum ComparisonMarkdown {
    /// A list has no more rows, and fewer when they do not fit the comment.
    private static let rows = 100

    /// A list that is folded.
    private struct List {
        var title: String
        var head: String
        var lines: [String]
        var total: Int

        init(_ title: String, _ head: String, _ lines: [String], total: Int? = nil) {
            self.title = title
            self.head = head
            self.lines = lines
            self.total = total ?? lines.count
        }
    }

    /// The comment.
    public static func text(_ comparison: ImageComparison) -> String {
        let reduction = comparison.reductionPercent
        let headline =
            reduction > 0
            ? "**\(SizeText.fixed(reduction, 1))% smaller**"
            : reduction < 0 ? "**\(SizeText.fixed(-reduction, 1))% larger**" : "**the same size**"
        var text = "### Image comparison: \(headline)\n\n"
        text += "| | Before | After | Reduction |\n|---|---:|---:|---:|\n"
        text += "| Image | \(code(comparison.before.ref)) | \(code(comparison.after.ref)) | |\n"
        for row in ComparisonRow.rows(comparison) {
            text += "| \(row.title) | \(row.before) | \(row.after) | \(row.reduction) |\n"
        }
        let lists = [
            findings(comparison), packages(comparison), layers(comparison), files(comparison), config(comparison),
        ].filter { !$0.lines.isEmpty }
        var room = CommentRoom(besides: text)
        for (index, list) in lists.enumerated() { text += folded(list, &room, lists: lists.count - index) }
        return text
    }

    private static func folded(_ list: List, _ room: inout CommentRoom, lists: Int) -> String {
        let head = "\n<details><summary>\(list.title)</summary>\n\n" + list.head
        room.take(head + "\nand 999,999,999 more\n\n</details>\n")
        let (lines, rest) = room.fit(list.lines, total: list.total, rows: rows, lists: lists)
        return head + lines + (rest > 0 ? "\nand \(SizeText.grouped(Int64(rest))) more\n" : "") + "\n</details>\n"
    }

    private static func findings(_ comparison: ImageComparison) -> List {
        let changes =
            comparison.addedFindings.map { ("added", $0) } + comparison.removedFindings.map { ("removed", $0) }
        return List(
            "Vulnerabilities: \(comparison.addedFindings.count) added, \(comparison.removedFindings.count) removed",
            "| | Severity | Id | Package |\n|---|---|---|---|\n",
            changes.map {
                "| \($0.0) | \($0.1.severity) | \(code($0.1.id)) | \(code("\($0.1.package) \($0.1.version)")) |\n"
            })
    }

    private static func packages(_ comparison: ImageComparison) -> List {
        let changes = PackageChange.changes(comparison)
        let words = ["+": "added", "-": "removed", "~": "changed"]
        let counts = ["+", "-", "~"].map { sign in changes.filter { $0.sign == sign }.count }
        return List(
            "Packages: \(counts[0]) added, \(counts[1]) removed, \(counts[2]) changed",
            "| | Type | Package | Version |\n|---|---|---|---|\n",
            changes.map {
                "| \(words[$0.sign] ?? "") | \($0.type) | \(code($0.name)) | \(code($0.versions)) |\n"
            })
    }

    private static func layers(_ comparison: ImageComparison) -> List {
        let shared = comparison.sharedLayers
        var lines: [String] = []
        for (word, inspection) in [("removed", comparison.before), ("added", comparison.after)] {
            for (index, layer) in inspection.ledger.layers.enumerated().dropFirst(shared) {
                lines.append("| \(word) | \(SizeText.decimal(layer.size)) | \(code(LayerText.place(layer, index))) |\n")
            }
        }
        return List(
            "Layers: \(shared) in common", "| | Size | Instruction |\n|---|---:|---|\n", lines)
    }

    private static func files(_ comparison: ImageComparison) -> List {
        let counts = [FileChange.Kind.added, .removed, .changed].map { kind in
            comparison.files.filter { $0.kind == kind }.count
        }
        let changes = comparison.filesByGrowth
        return List(
            "Files: \(counts[0]) added, \(counts[1]) removed, \(counts[2]) changed",
            "| | Before | After | Path |\n|---|---:|---:|---|\n",
            changes.prefix(rows).map { change in
                let aspects = change.aspects.map(\.rawValue).joined(separator: ", ")
                let (before, after) = (change.sizeBefore.map(SizeText.decimal), change.sizeAfter.map(SizeText.decimal))
                return
                    "| \(change.kind.rawValue)\(aspects.isEmpty ? "" : ": \(aspects)") | \(before ?? "") | \(after ?? "") | \(code(OneLine.path(change.path))) |\n"
            }, total: changes.count)
    }

    private static func config(_ comparison: ImageComparison) -> List {
        List(
            "Configuration: \(comparison.config.count) changed", "| Field | Before | After |\n|---|---|---|\n",
            comparison.config.map {
                "| \(code($0.field)) | \($0.before.map { code($0) } ?? "") | \($0.after.map { code($0) } ?? "") |\n"
            })
    }

    /// Foreign text in a cell: it can neither end the cell nor the code, nor mention anybody.
    private static func code(_ text: String) -> String {
        let line = LayerText.shortened(text, 120)
        guard !line.isEmpty else { return "" }
        let escaped = line.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "|": "&#124;"
            case "`": "&#96;"
            case "*": "&#42;"
            case "_": "&#95;"
            case "[": "&#91;"
            case "]": "&#93;"
            case "@": "&#64;"
            case "\\": "&#92;"
            case "#": "&#35;"
            case ":": "&#58;"
            case "~": "&#126;"
            default: String(scalar)
            }
        }.joined()
        return "<code>\(escaped)</code>"
    }
}
