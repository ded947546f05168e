import Checks

/// JUnit's XML: a suite per file, a failed test per finding, one that passes where there is none.
enum FindingsJUnit {
    static func text(_ files: [CheckedFile]) -> String {
        let total = files.reduce(0) { $0 + max(1, $1.findingsAndError.count) }
        let failures = files.reduce(0) { $0 + $1.findingsAndError.count }
        var text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuites name=\"whittle check\" tests=\"\(total)\" failures=\"\(failures)\" errors=\"0\">\n"
        for file in files {
            let path = MarkupText.attribute(file.path)
            let findings = file.findingsAndError
            text +=
                "<testsuite name=\"\(path)\" tests=\"\(max(1, findings.count))\" failures=\"\(findings.count)\" "
                + "errors=\"0\" skipped=\"0\">\n"
            if findings.isEmpty { text += "<testcase name=\"no findings\" classname=\"\(path)\"/>\n" }
            for finding in findings {
                let line = file.report.source.lineNumber(of: finding.range.start)
                let message = MarkupText.attribute(finding.message)
                text +=
                    "<testcase name=\"\(MarkupText.attribute(finding.rule)) (line \(line))\" classname=\"\(path)\">"
                    + "<failure type=\"\(finding.severity.rawValue)\" message=\"\(message)\">"
                    + "\(path):\(line): \(message)</failure></testcase>\n"
            }
            text += "</testsuite>\n"
        }
        return text + "</testsuites>\n"
    }
}
