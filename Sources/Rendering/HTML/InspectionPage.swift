import Analysis
import OCI

/// An inspection as a page.
public enum InspectionPage {
    /// The page.
    ///
    /// - Parameters:
    ///   - dockerfile: the lines of the Dockerfile that the image was built from, to stand beside the layers.
    ///   - findings: the image's vulnerabilities; nil when nobody looked.
    public static func page(
        _ inspection: Inspection, dockerfile: [String]? = nil, findings: [ComparedFinding]? = nil
    ) throws -> String {
        let ledger = inspection.ledger
        let tree = ByteTreeView(ByteTree(ledger))
        let sections: [HTMLPage.Section] = [
            .init("What to do", suggestions(inspection), id: "suggestions"),
            .init("Secrets", secrets(inspection), id: "secrets"),
            .init("Bytes", bytes(inspection, tree), id: "bytes"),
            .init("Layers", layers(inspection), id: "layers"),
            .init("Dockerfile", dockerfile.map { source(inspection, $0) } ?? "", id: "dockerfile"),
            .init("Vulnerabilities", FindingParts.table(findings ?? []), id: "findings"),
            .init("Packages", packages(inspection), id: "packages"),
            .init("Largest files", files(inspection), id: "files"),
            .init("Setuid and setgid files", setID(inspection), id: "setid"),
        ]
        return HTMLPage(
            title: OneLine.text(inspection.ref), header: head(inspection), sections: sections,
            data: try ByteTreeView.data([tree])
        ).text
    }

    static func head(_ inspection: Inspection) -> String {
        let ledger = inspection.ledger
        var about: [String] = []
        if let digest = inspection.digest { about.append("<code>\(digest)</code>") }
        if let config = inspection.config { about.append(HTMLText.escape(config.platform.description)) }
        if let name = inspection.distribution?.prettyName { about.append(HTMLText.escape(name)) }
        let facts: [(String, String)] = [
            (SizeText.decimal(ledger.size), "in \(ledger.layers.count) layers"),
            (SizeText.decimal(ledger.compressedSize), "compressed"),
            (SizeText.decimal(ledger.wastedBytes), "wasted"),
            (SizeText.fixed(ledger.efficiency * 100, 1) + "%", "efficiency"),
            (SizeText.grouped(Int64(inspection.shownFiles)), "files"),
            (SizeText.grouped(Int64(inspection.shownPackages)), "packages"),
        ]
        return
            "<h1>\(HTMLText.escape(OneLine.text(inspection.ref)))</h1>\n<p class=\"soft\">\(about.joined(separator: " · "))</p>\n"
            + "<ul class=\"facts\">" + facts.map { "<li><b>\($0.0)</b><span>\($0.1)</span></li>" }.joined() + "</ul>\n"
    }

    private static func suggestions(_ inspection: Inspection) -> String {
        guard !inspection.suggestions.isEmpty else { return "" }
        return "<div class=\"cards\">"
            + inspection.suggestions.map { suggestion in
                let words = SuggestionText(suggestion, inspection.ledger)
                let paths = suggestion.paths.map { "<code>\(HTMLText.escape(OneLine.path($0)))</code>" }
                return
                    "<div class=\"card\"><h3>Save \(SizeText.decimal(suggestion.saves))</h3><p>\(HTMLPart.code(words.place)): \(HTMLText.escape(words.title))</p><p class=\"soft\">\(paths.joined(separator: ", "))</p><p>\(HTMLText.escape(words.advice))</p></div>\n"
            }.joined() + "</div>\n"
    }

    private static func secrets(_ inspection: Inspection) -> String {
        HTMLPart.table(
            [.init("Severity", .short), .init("Layer", .number), .init("Path", .main), .init("What", .main)],
            inspection.secrets.prefix(100).map { secret in
                [
                    HTMLPart.severity(secret.severity), LayerText.number(secret.layer),
                    HTMLPart.code("\(OneLine.path(PathBytes(secret.path.utf8))):\(secret.line)")
                        + (secret.isHidden ? " <span class=\"bad\">hidden, still there</span>" : ""),
                    HTMLText.escape("\(OneLine.text(secret.title)) \(OneLine.text(secret.excerpt))"),
                ]
            })
    }

    private static func bytes(_ inspection: Inspection, _ tree: ByteTreeView) -> String {
        HTMLPart.treemap(0, "Treemap of the bytes of all layers by directory")
            + HTMLPart.directories(tree, whole: max(1, tree.size))
    }

    static func layers(_ inspection: Inspection) -> String {
        let largest = inspection.ledger.layers.map(\.size).max() ?? 1
        return HTMLPart.table(
            [
                .init("Layer", .number), .init("Size", .number), .init("Wasted", .number), .init("Part", .extra),
                .init("Line", .number), .init("Stage", .extra), .init("Instruction", .main),
            ],
            inspection.ledger.layers.enumerated().map { index, layer in
                let origin = layer.origin
                let text =
                    origin.isBase == true
                    ? origin.createdBy.map(InstructionText.readable) ?? origin.instruction : origin.instruction
                return [
                    LayerText.number(index), SizeText.decimal(layer.size),
                    layer.wasted > 0 ? SizeText.decimal(layer.wasted) : "",
                    HTMLPart.bar(layer.size, wasted: layer.wasted, of: largest),
                    origin.lines.map { String($0.lowerBound) } ?? "",
                    HTMLText.escape((origin.stage ?? "") + (origin.isBase == true ? " (base)" : "")),
                    HTMLPart.code(LayerText.shortened(text ?? layer.diffID.short, 240)),
                ]
            })
    }

    /// The Dockerfile with what each line weighs.
    private static func source(_ inspection: Inspection, _ lines: [String]) -> String {
        var sizes: [Int: (size: Int64, wasted: Int64)] = [:]
        for layer in inspection.ledger.layers {
            guard let line = layer.origin.lines?.lowerBound else { continue }
            sizes[line, default: (0, 0)].size += layer.size
            sizes[line, default: (0, 0)].wasted += layer.wasted
        }
        let largest = sizes.values.map(\.size).max() ?? 1
        let rows = lines.enumerated().map { index, text in
            let size = sizes[index + 1]
            return
                "<tr\(size == nil ? "" : " class=\"has\"")><td class=\"n soft\">\(index + 1)</td><td class=\"n\">\(size.map { SizeText.decimal($0.size) } ?? "")</td><td class=\"x\">\(size.map { HTMLPart.bar($0.size, wasted: $0.wasted, of: largest) } ?? "")</td><td><pre class=\"source\">\(HTMLText.escape(text))</pre></td></tr>\n"
        }
        let headings = ["Line", "Size", "Part", "Text"].enumerated().map { column, title in
            "<th scope=\"col\" class=\"\(column < 2 ? "n" : column == 2 ? "x" : "m")\">\(title)</th>"
        }
        return
            "<div class=\"scroll\"><table class=\"lines\"><thead><tr>\(headings.joined())</tr></thead>\n<tbody>\n\(rows.joined())</tbody></table></div>\n"
    }

    private static func packages(_ inspection: Inspection) -> String {
        let shown = inspection.packages.prefix(inspection.shownPackages)
        let order = shown.indices.sorted { (shown[$1].size, $0) < (shown[$0].size, $1) }
        let largest = order.first.map { shown[$0].size } ?? 1
        let table = HTMLPart.table(
            [
                .init("Size", .number), .init("Part", .extra), .init("Type", .extra), .init("Package"),
                .init("Version"), .init("Layer", .number),
            ],
            order.prefix(200).map { index in
                let share = shown[index]
                return [
                    SizeText.decimal(share.size), HTMLPart.bar(share.size, of: max(1, largest)),
                    share.package.type.rawValue,
                    HTMLPart.code(OneLine.text(share.package.name)), HTMLPart.code(OneLine.text(share.package.version)),
                    LayerText.number(share.package.layer.index),
                ]
            })
        return table + (order.count > 200 ? "<p class=\"soft\">and \(order.count - 200) more</p>\n" : "")
    }

    private static func files(_ inspection: Inspection) -> String {
        let ledger = inspection.ledger
        let order = ledger.versions.indices.filter { ledger.versions[$0].kind == .file }.sorted {
            (ledger.versions[$1].stored, $0) < (ledger.versions[$0].stored, $1)
        }
        return HTMLPart.table(
            [.init("Size", .number), .init("Layer", .number), .init("State", .short), .init("Path", .main)],
            order.prefix(50).map { number in
                let version = ledger.versions[number]
                return [
                    SizeText.decimal(version.stored), LayerText.number(version.layer),
                    "<span class=\"bad\">\(StateText.short(version))</span>",
                    HTMLPart.code(OneLine.path(ledger.path(of: version))),
                ]
            })
    }

    private static func setID(_ inspection: Inspection) -> String {
        HTMLPart.table(
            [
                .init("Mode", .short), .init("Owner", .number), .init("Layer", .number), .init("State", .short),
                .init("Path", .main),
            ],
            inspection.setIDFiles.prefix(100).map { number in
                let version = inspection.ledger.versions[number]
                return [
                    "<code>\(ModeText.text(version.mode))</code>", "\(version.uid):\(version.gid)",
                    LayerText.number(version.layer),
                    "<span class=\"bad\">\(StateText.short(version))</span>",
                    HTMLPart.code(OneLine.path(inspection.ledger.path(of: version))),
                ]
            })
    }
}

/// Vulnerabilities in a page.
enum FindingParts {
    /// A table of them, the worst first.
    static func table(_ findings: [ComparedFinding]) -> String {
        let ranks = ["CRITICAL": 0, "HIGH": 1, "MEDIUM": 2, "LOW": 3]
        let sorted = findings.sorted { (ranks[$0.severity] ?? 4, $0) < (ranks[$1.severity] ?? 4, $1) }
        return HTMLPart.table(
            [.init("Severity", .short), .init("Id", .short), .init("Package"), .init("Version")],
            sorted.map {
                [
                    HTMLPart.severity($0.severity), HTMLPart.code(OneLine.text($0.id)),
                    HTMLPart.code(OneLine.text($0.package)), HTMLPart.code(OneLine.text($0.version)),
                ]
            })
    }
}
