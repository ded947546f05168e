import Analysis
import OCI

/// What came of structure tests.
public enum StructureReport {
    /// For people: a line for each test, and why those failed that did.
    public static func text(_ results: [StructureResult]) -> String {
        var text = ""
        var file: String?
        for result in results {
            if result.file != file {
                text += (file == nil ? "" : "\n") + "\(OneLine.text(result.file))\n"
                file = result.file
            }
            text += "  \(result.passed ? "pass" : "FAIL")  \(OneLine.text(result.name))\n"
            for error in result.errors { text += "        \(OneLine.text(error))\n" }
            if !result.passed {
                for (title, output) in [("stdout", result.output), ("stderr", result.errorOutput)] where !output.isEmpty
                {
                    text += "        \(title): \(LayerText.shortened(output, 500))\n"
                }
            }
        }
        let failed = results.filter { !$0.passed }.count
        return text + "\n\(results.count - failed) passed, \(failed) failed\n"
    }

    /// For scripts, in container-structure-test's form; durations in nanoseconds.
    public static func json(_ results: [StructureResult]) throws -> String {
        let passed = results.filter(\.passed).count
        let duration = results.reduce(0) { $0 + nanoseconds($1) }
        let summary: [String: JSONValue] = [
            "Pass": .integer(Int64(passed)), "Fail": .integer(Int64(results.count - passed)),
            "Total": .integer(Int64(results.count)), "Duration": .integer(duration),
            "Results": .array(results.map { .object(fields($0)) }),
        ]
        return String(decoding: try CanonicalJSON.encode(summary), as: UTF8.self) + "\n"
    }

    private static func fields(_ result: StructureResult) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "Name": .string(result.name), "Pass": .bool(result.passed), "File": .string(result.file),
            "Duration": .integer(nanoseconds(result)),
        ]
        if !result.output.isEmpty { fields["Stdout"] = .string(result.output) }
        if !result.errorOutput.isEmpty { fields["Stderr"] = .string(result.errorOutput) }
        if !result.errors.isEmpty { fields["Errors"] = .array(result.errors.map(JSONValue.string)) }
        return fields
    }

    private static func nanoseconds(_ result: StructureResult) -> Int64 {
        Int64(max(0, min(result.seconds, 1e9)) * 1e9)
    }

    /// For build servers: a suite for each file.
    public static func junit(_ results: [StructureResult]) -> String {
        var files: [String] = []
        for result in results where !files.contains(result.file) { files.append(result.file) }
        let failed = results.filter { !$0.passed }.count
        let seconds = results.reduce(0) { $0 + $1.seconds }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text +=
            "<testsuites tests=\"\(results.count)\" failures=\"\(failed)\" time=\"\(SizeText.fixed(seconds, 3))\">\n"
        for file in files {
            let own = results.filter { $0.file == file }
            text +=
                "  <testsuite name=\"\(xml(file))\" tests=\"\(own.count)\" failures=\"\(own.filter { !$0.passed }.count)\" time=\"\(SizeText.fixed(own.reduce(0) { $0 + $1.seconds }, 3))\">\n"
            for result in own {
                text +=
                    "    <testcase name=\"\(xml(result.name))\" classname=\"\(xml(file))\" time=\"\(SizeText.fixed(result.seconds, 3))\">\n"
                for error in result.errors { text += "      <failure message=\"\(xml(error))\"></failure>\n" }
                if !result.output.isEmpty { text += "      <system-out>\(xml(result.output))</system-out>\n" }
                if !result.errorOutput.isEmpty { text += "      <system-err>\(xml(result.errorOutput))</system-err>\n" }
                text += "    </testcase>\n"
            }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    /// Text for XML 1.0, which has no way to write most control characters.
    private static func xml(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: result += "&amp;"
            case 0x3C: result += "&lt;"
            case 0x3E: result += "&gt;"
            case 0x22: result += "&quot;"
            case 0x09, 0x0A, 0x0D: result += "&#\(scalar.value);"
            case 0..<0x20, 0xFFFE, 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
