import Checks
import OCI

/// Names for findings that stay the same while other lines of the file change, for tools that compare two reports.
struct FindingFingerprint {
    private var seen: [String: Int] = [:]

    /// The fingerprint of a file's next finding: over path, rule, the line's text, and how often the same came before.
    mutating func next(_ finding: Finding, _ file: CheckedFile) -> String {
        let source = file.report.source
        let key = "\(file.path)\u{0}\(finding.rule)\u{0}\(source.line(source.lineNumber(of: finding.range.start)))"
        let number = seen[key, default: 0]
        seen[key] = number + 1
        var digester = Digester()
        digester.update(Array("\(key)\u{0}\(number)".utf8))
        return digester.finish().hex
    }
}
