import Checks

/// GitLab's code quality report.
enum FindingsGitLab {
    static func text(_ files: [CheckedFile]) -> String {
        var json = JSONText()
        json.array { json in
            for file in files {
                var fingerprint = FindingFingerprint()
                for finding in file.findingsAndError {
                    json.line { write(finding, file, fingerprint.next(finding, file), to: &$0) }
                }
            }
        }
        return json.text + "\n"
    }

    private static func write(
        _ finding: Finding, _ file: CheckedFile, _ fingerprint: String, to json: inout JSONText
    ) {
        let place = TextPlace(finding, in: file.report.source)
        json.member("description", finding.message)
        json.member("check_name", finding.rule)
        json.member("fingerprint", fingerprint)
        json.member("severity", severity(finding.severity))
        json.key("location")
        json.object { json in
            json.member("path", file.path.hasPrefix("./") ? String(file.path.dropFirst(2)) : file.path)
            json.key("lines")
            json.object { json in
                json.member("begin", place.line)
                json.member("end", place.endLine)
            }
        }
    }

    private static func severity(_ severity: Severity) -> String {
        switch severity {
        case .error: "critical"
        case .warning: "major"
        case .info: "minor"
        case .style: "info"
        }
    }
}
