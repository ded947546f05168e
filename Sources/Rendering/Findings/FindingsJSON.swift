import Checks
import DockerfileSyntax

/// The fixed JSON shape: an array of findings, one a line.
enum FindingsJSON {
    static func text(_ files: [CheckedFile]) -> String {
        var json = JSONText()
        json.array { json in
            for file in files {
                for finding in file.report.findings {
                    json.line { write(finding, file, to: &$0) }
                }
            }
        }
        return json.text + "\n"
    }

    private static func write(_ finding: Finding, _ file: CheckedFile, to json: inout JSONText) {
        let place = TextPlace(finding, in: file.report.source)
        json.member("file", file.path)
        write(place, to: &json)
        json.member("rule", finding.rule)
        json.member("severity", finding.severity.rawValue)
        json.member("message", finding.message)
        guard let fix = finding.fix else { return }
        json.key("fix")
        json.array { json in
            for edit in fix.edits {
                json.object { json in
                    write(TextPlace(edit.range, in: file.report.source), to: &json)
                    json.member("text", edit.replacement)
                }
            }
        }
        json.member("fixClass", fix.kind.rawValue)
        json.member("fixSummary", fix.summary)
    }

    private static func write(_ place: TextPlace, to json: inout JSONText) {
        json.member("line", place.line)
        json.member("column", place.column)
        json.member("endLine", place.endLine)
        json.member("endColumn", place.endColumn)
    }
}
