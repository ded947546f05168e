import Checks
import DockerfileSyntax

/// SARIF 2.1.0.
struct FindingsSARIF {
    let version: String

    func text(_ files: [CheckedFile]) -> String {
        let used = Set(files.flatMap { $0.report.findings.map(\.rule) }).sorted()
        let index = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
        var json = JSONText()
        json.object { json in
            json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            json.member("version", "2.1.0")
            json.key("runs")
            json.array { json in
                json.object { json in
                    writeTool(used, to: &json)
                    writeInvocation(files, to: &json)
                    json.member("columnKind", "unicodeCodePoints")
                    json.key("results")
                    json.array { json in
                        for file in files {
                            var fingerprint = FindingFingerprint()
                            for finding in file.report.findings {
                                let print = fingerprint.next(finding, file)
                                json.line { writeResult(finding, file, index[finding.rule] ?? 0, print, to: &$0) }
                            }
                        }
                    }
                }
            }
        }
        return json.text + "\n"
    }

    private func writeTool(_ used: [String], to json: inout JSONText) {
        json.key("tool")
        json.object { json in
            json.key("driver")
            json.object { json in
                json.member("name", "whittle")
                json.member("version", version)
                json.member("semanticVersion", version)
                json.key("rules")
                json.array { json in for id in used { json.object { writeRule(id, to: &$0) } } }
            }
        }
    }

    private func writeRule(_ id: String, to json: inout JSONText) {
        json.member("id", id)
        guard let rule = Rules.rule(id) else { return }
        json.member("name", rule.name)
        json.key("shortDescription")
        json.object { $0.member("text", rule.summary) }
        json.key("help")
        json.object { json in
            json.member("text", rule.documentation.text)
            json.member("markdown", rule.documentation.text)
        }
        json.key("defaultConfiguration")
        json.object { $0.member("level", level(rule.severity)) }
    }

    /// A file that cannot be read is a notification; the results are those of the others.
    private func writeInvocation(_ files: [CheckedFile], to json: inout JSONText) {
        let broken = files.filter { $0.report.error != nil }
        json.key("invocations")
        json.array { json in
            json.object { json in
                json.key("executionSuccessful")
                json.bool(broken.isEmpty)
                guard !broken.isEmpty else { return }
                json.key("toolExecutionNotifications")
                json.array { json in
                    for file in broken {
                        guard let error = file.report.error else { continue }
                        json.object { json in
                            json.member("level", "error")
                            json.key("message")
                            json.object { $0.member("text", error.description) }
                            json.key("locations")
                            let place = error.range.map { TextPlace($0, in: file.report.source) }
                            writeLocations(file.path, place, to: &json)
                        }
                    }
                }
            }
        }
    }

    private func writeResult(
        _ finding: Finding, _ file: CheckedFile, _ index: Int, _ fingerprint: String, to json: inout JSONText
    ) {
        json.member("ruleId", finding.rule)
        json.member("ruleIndex", index)
        json.member("level", level(finding.severity))
        json.key("message")
        json.object { $0.member("text", finding.message) }
        json.key("locations")
        writeLocations(file.path, TextPlace(finding, in: file.report.source), to: &json)
        json.key("partialFingerprints")
        json.object { $0.member("whittleFinding/v1", fingerprint) }
        guard let fix = finding.fix else { return }
        json.key("fixes")
        json.array { json in
            json.object { json in
                json.key("description")
                json.object { $0.member("text", "\(fix.summary) (\(fix.kind.rawValue))") }
                json.key("artifactChanges")
                json.array { json in
                    json.object { json in
                        writeArtifact(file.path, to: &json)
                        json.key("replacements")
                        json.array { json in
                            for edit in fix.edits { json.object { writeReplacement(edit, file, to: &$0) } }
                        }
                    }
                }
            }
        }
    }

    private func writeReplacement(_ edit: TextEdit, _ file: CheckedFile, to json: inout JSONText) {
        json.key("deletedRegion")
        writeRegion(TextPlace(edit.range, in: file.report.source), to: &json)
        guard !edit.replacement.isEmpty else { return }
        json.key("insertedContent")
        json.object { $0.member("text", edit.replacement) }
    }

    private func writeLocations(_ path: String, _ place: TextPlace?, to json: inout JSONText) {
        json.array { json in
            json.object { json in
                json.key("physicalLocation")
                json.object { json in
                    writeArtifact(path, to: &json)
                    guard let place else { return }
                    json.key("region")
                    writeRegion(place, to: &json)
                }
            }
        }
    }

    private func writeArtifact(_ path: String, to json: inout JSONText) {
        json.key("artifactLocation")
        json.object { $0.member("uri", FindingsSARIF.uri(path)) }
    }

    private func writeRegion(_ place: TextPlace, to json: inout JSONText) {
        json.object { json in
            json.member("startLine", place.line)
            json.member("startColumn", place.column)
            json.member("endLine", place.endLine)
            json.member("endColumn", place.endColumn)
        }
    }

    private func level(_ severity: Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .info, .style: "note"
        }
    }

    /// The path as a URI: relative as it is, absolute with its scheme, everything else than plain characters encoded.
    static func uri(_ path: String) -> String {
        var path = Substring(path)
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        var uri = path.hasPrefix("/") ? "file://" : ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                uri += "%" + (hex.utf8.count == 1 ? "0" : "") + hex
            }
        }
        return uri
    }
}
