import Checks

/// Checkstyle's XML.
enum FindingsCheckstyle {
    static func text(_ files: [CheckedFile]) -> String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n"
        for file in files {
            let findings = file.findingsAndError
            if findings.isEmpty { continue }
            text += "<file name=\"\(MarkupText.attribute(file.path))\">\n"
            for finding in findings {
                let place = TextPlace(finding, in: file.report.source)
                let severity = finding.severity == .style ? "info" : finding.severity.rawValue
                text +=
                    "<error line=\"\(place.line)\" column=\"\(place.column)\" severity=\"\(severity)\" "
                    + "message=\"\(MarkupText.attribute(finding.message))\" source=\"\(MarkupText.attribute(finding.rule))\"/>\n"
            }
            text += "</file>\n"
        }
        return text + "</checkstyle>\n"
    }
}
