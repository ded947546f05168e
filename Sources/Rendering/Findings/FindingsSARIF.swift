import Checks
import DockerfileSyntax
import OCI

/// Findings in Dockerfiles as SARIF 2.1.0, with their fixes.
enum FindingsSARIF {
    static func text(_ files: [CheckedFile], version: String) throws(OCIError) -> String {
        var log = SARIFLog(version: version, columnKind: "unicodeCodePoints")
        for file in files {
            var fingerprint = FindingFingerprint()
            for finding in file.report.findings {
                log.add(
                    finding.rule, level(finding.severity), finding.message,
                    at: [location(file.path, TextPlace(finding, in: file.report.source))],
                    fingerprint: ("whittleFinding/v1", fingerprint.next(finding, file)),
                    more: ["fixes": finding.fix.map { .array([fix($0, file)]) }]
                ) { rule(finding.rule) }
            }
        }
        return try log.text(["invocations": .array([invocation(files)])])
    }

    private static func rule(_ id: String) -> JSONFields {
        guard let rule = Rules.rule(id) else { return [:] }
        let text = JSONValue.string(rule.documentation.text)
        return [
            "name": .string(rule.name), "shortDescription": .message(rule.summary),
            "help": .object(["text": text, "markdown": text]),
            "defaultConfiguration": .level(level(rule.severity)),
        ]
    }

    /// A file that cannot be read is a notification; the results are those of the others.
    private static func invocation(_ files: [CheckedFile]) -> JSONValue {
        let broken = files.compactMap { file in file.report.error.map { (file, $0) } }
        let notifications = broken.map { file, error -> JSONValue in
            let place = error.range.map { TextPlace($0, in: file.report.source) }
            return .object([
                "level": .string(SARIFLog.Level.error.rawValue), "message": .message(error.description),
                "locations": .array([location(file.path, place)]),
            ])
        }
        return .fields([
            "executionSuccessful": .bool(broken.isEmpty),
            "toolExecutionNotifications": broken.isEmpty ? nil : .array(notifications),
        ])
    }

    private static func fix(_ fix: Fix, _ file: CheckedFile) -> JSONValue {
        let replacements = fix.edits.map { edit -> JSONValue in
            .fields([
                "deletedRegion": region(TextPlace(edit.range, in: file.report.source)),
                "insertedContent": edit.replacement.isEmpty ? nil : .message(edit.replacement),
            ])
        }
        return .object([
            "description": .message("\(fix.summary) (\(fix.kind.rawValue))"),
            "artifactChanges": .array([
                .object([
                    "artifactLocation": .object(["uri": .string(SARIFAddress.file(file.path))]),
                    "replacements": .array(replacements),
                ])
            ]),
        ])
    }

    private static func location(_ path: String, _ place: TextPlace?) -> JSONValue {
        .object(["physicalLocation": .physicalLocation(SARIFAddress.file(path), region: place.map(region))])
    }

    private static func region(_ place: TextPlace) -> JSONValue {
        .object([
            "startLine": .integer(Int64(place.line)), "startColumn": .integer(Int64(place.column)),
            "endLine": .integer(Int64(place.endLine)), "endColumn": .integer(Int64(place.endColumn)),
        ])
    }

    private static func level(_ severity: Severity) -> SARIFLog.Level {
        switch severity {
        case .error: .error
        case .warning: .warning
        case .info, .style: .note
        }
    }
}
