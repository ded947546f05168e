import Analysis
import OCI

/// An inspection for people.
public enum InspectionText {
    /// How much is shown.
    public struct Options: Sendable {
        /// How many rows the lists of files and packages have.
        public var rows: Int

        /// So many rows.
        public init(rows: Int = 10) { self.rows = rows }
    }

    /// The whole text.
    public static func text(_ inspection: Inspection, _ options: Options = Options()) -> String {
        let sections = [
            head(inspection), layers(inspection), suggestions(inspection), secrets(inspection),
            files(inspection, options),
            packages(inspection, options), setID(inspection), warnings(inspection),
        ]
        return sections.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func head(_ inspection: Inspection) -> String {
        let ledger = inspection.ledger
        var lines = [OneLine.text(inspection.ref)]
        if let digest = inspection.digest { lines.append("digest      \(digest)") }
        var about: [String] = []
        if let config = inspection.config { about.append(config.platform.description) }
        if let name = inspection.distribution?.prettyName { about.append(OneLine.text(name)) }
        if !about.isEmpty { lines.append("platform    \(about.joined(separator: ", "))") }
        lines.append(
            "size        \(SizeText.decimal(ledger.size)), \(SizeText.decimal(ledger.compressedSize)) compressed, in \(ledger.layers.count) \(ledger.layers.count == 1 ? "layer" : "layers")"
        )
        lines.append(
            "contents    \(SizeText.grouped(Int64(inspection.shownFiles))) files, \(SizeText.grouped(Int64(inspection.shownPackages))) packages"
        )
        lines.append(
            "efficiency  \(SizeText.fixed(ledger.efficiency * 100, 1))%, \(SizeText.decimal(ledger.wastedBytes)) wasted (\(SizeText.fixed(ledger.userWastedPercent * 100, 1))% of what was added to the base)"
        )
        return lines.map { $0 + "\n" }.joined()
    }

    private static func layers(_ inspection: Inspection) -> String {
        var table = TextTable([
            .init("LAYER", .right), .init("SIZE", .right), .init("WASTED", .right), .init("LINE", .right),
            .init("STAGE"),
            .init("INSTRUCTION"),
        ])
        for (index, layer) in inspection.ledger.layers.enumerated() {
            let origin = layer.origin
            let stage = (origin.stage ?? "") + (origin.isBase == true ? " (base)" : "")
            let text = origin.isBase == true ? origin.createdBy.map(InstructionText.readable) : origin.instruction
            table.add([
                LayerText.number(index), SizeText.decimal(layer.size),
                layer.wasted > 0 ? SizeText.decimal(layer.wasted) : "",
                origin.lines.map { String($0.lowerBound) } ?? "", LayerText.shortened(stage, 20),
                LayerText.shortened(text ?? origin.instruction ?? layer.diffID.short, 72),
            ])
        }
        return table.list
    }

    private static func suggestions(_ inspection: Inspection) -> String {
        guard !inspection.suggestions.isEmpty else { return "" }
        var text = "SUGGESTIONS\n"
        for (number, suggestion) in inspection.suggestions.enumerated() {
            let words = SuggestionText(suggestion, inspection.ledger)
            text += "\(number + 1). saves \(SizeText.decimal(suggestion.saves)): \(words.place)\n"
            text += "   \(words.title)\n"
            let paths = suggestion.paths.map { OneLine.path($0) }
            if !paths.isEmpty {
                text += "   \(suggestion.files > paths.count ? "such as " : "")\(paths.joined(separator: ", "))\n"
            }
            text += "   -> \(words.advice)\n"
        }
        return text
    }

    private static func secrets(_ inspection: Inspection) -> String {
        guard !inspection.secrets.isEmpty else { return "" }
        var table = TextTable([.init("SECRETS"), .init("LAYER", .right), .init("STATE"), .init("PATH"), .init("WHAT")])
        for secret in inspection.secrets.prefix(50) {
            table.add([
                secret.severity, LayerText.number(secret.layer), secret.isHidden ? "hidden, still there" : "",
                "\(OneLine.path(PathBytes(secret.path.utf8))):\(secret.line)",
                "\(OneLine.text(secret.title)) \(OneLine.text(secret.excerpt))",
            ])
        }
        let rest = inspection.secrets.count - 50
        return table.list + (rest > 0 ? "and \(rest) more\n" : "")
    }

    private static func files(_ inspection: Inspection, _ options: Options) -> String {
        let ledger = inspection.ledger
        let numbers = ledger.versions.indices.filter { ledger.versions[$0].kind != .directory }
        let largest = numbers.sorted {
            (ledger.versions[$1].stored, $0) < (ledger.versions[$0].stored, $1)
        }.prefix(options.rows)
        guard !largest.isEmpty else { return "" }
        var table = TextTable([.init("LARGEST FILES", .right), .init("LAYER", .right), .init("STATE"), .init("PATH")])
        for number in largest {
            let version = ledger.versions[number]
            table.add([
                SizeText.decimal(version.stored), LayerText.number(version.layer), StateText.short(version),
                OneLine.path(ledger.path(of: version)),
            ])
        }
        return table.list
    }

    private static func packages(_ inspection: Inspection, _ options: Options) -> String {
        let shown = inspection.packages.prefix(inspection.shownPackages)
        guard !shown.isEmpty else { return "" }
        var table = TextTable([
            .init("LARGEST PACKAGES", .right), .init("FILES", .right), .init("LAYER", .right), .init("TYPE"),
            .init("NAME"),
            .init("VERSION"),
        ])
        let largest = shown.indices.sorted { (shown[$1].size, $0) < (shown[$0].size, $1) }.prefix(options.rows)
        for share in largest.map({ shown[$0] }) {
            table.add([
                SizeText.decimal(share.size), SizeText.grouped(Int64(share.files)),
                LayerText.number(share.package.layer.index),
                share.package.type.rawValue, LayerText.shortened(share.package.name, 50),
                LayerText.shortened(share.package.version, 40),
            ])
        }
        return table.list
    }

    private static func setID(_ inspection: Inspection) -> String {
        let files = inspection.setIDFiles
        guard !files.isEmpty else { return "" }
        var table = TextTable([
            .init("SETUID, SETGID"), .init("OWNER", .right), .init("LAYER", .right), .init("STATE"), .init("PATH"),
        ])
        for number in files.prefix(50) {
            let version = inspection.ledger.versions[number]
            table.add([
                ModeText.text(version.mode), "\(version.uid):\(version.gid)", LayerText.number(version.layer),
                StateText.short(version),
                OneLine.path(inspection.ledger.path(of: version)),
            ])
        }
        return table.list + (files.count > 50 ? "and \(files.count - 50) more\n" : "")
    }

    private static func warnings(_ inspection: Inspection) -> String {
        inspection.warnings.prefix(20).map { "warning: \(OneLine.text($0))\n" }.joined()
            + (inspection.warnings.count > 20 ? "and \(inspection.warnings.count - 20) more warnings\n" : "")
    }
}

/// What became of a version of a file.
enum StateText {
    /// In a word; empty for what the image shows.
    static func short(_ version: FileVersion) -> String {
        switch version.state {
        case .live, .listedAgain: ""
        case .replaced: "replaced by \(LayerText.number(version.endedBy))"
        case .deleted: "deleted by \(LayerText.number(version.endedBy))"
        case .whiteout: "whiteout"
        case .ignored: "ignored"
        }
    }
}

/// Permission bits as `ls` has them.
enum ModeText {
    /// `rwsr-xr-x`.
    static func text(_ mode: UInt16) -> String {
        var text = ""
        for (shift, special, letters) in [(6, 0o4000, "sS"), (3, 0o2000, "sS"), (0, 0o1000, "tT")] {
            let bits = Int(mode) >> shift & 7
            let runs = bits & 1 != 0
            text += bits & 4 != 0 ? "r" : "-"
            text += bits & 2 != 0 ? "w" : "-"
            if Int(mode) & special != 0 {
                text += runs ? String(letters.prefix(1)) : String(letters.suffix(1))
            } else {
                text += runs ? "x" : "-"
            }
        }
        return text
    }
}
