import Checks

/// Workflow commands that GitHub Actions turns into annotations.
enum FindingsGitHub {
    static func text(_ files: [CheckedFile]) -> String {
        var text = ""
        for file in files {
            for finding in file.findingsAndError {
                let place = TextPlace(finding, in: file.report.source)
                let level =
                    switch finding.severity {
                    case .error: "error"
                    case .warning: "warning"
                    case .info, .style: "notice"
                    }
                // Columns are only taken when the place is on one line.
                let columns = place.line == place.endLine ? ",col=\(place.column),endColumn=\(place.endColumn)" : ""
                text +=
                    "::\(level) file=\(property(file.path)),line=\(place.line),endLine=\(place.endLine)\(columns),"
                    + "title=\(property(finding.rule))::\(message(finding.message))\n"
            }
        }
        return text
    }

    private static func message(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "%": "%25"
            case "\r": "%0D"
            case "\n": "%0A"
            case _ where scalar.value < 0x20 && scalar != "\t" || scalar.value == 0x7F: "\u{FFFD}"
            default: String(scalar)
            }
        }.joined()
    }

    private static func property(_ text: String) -> String {
        message(text).unicodeScalars.map { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : String($0) }.joined()
    }
}
