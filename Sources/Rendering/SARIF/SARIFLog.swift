import OCI

/// A SARIF 2.1.0 log of one run: what findings in Dockerfiles and in images have in common.
struct SARIFLog {
    /// How bad a result is, as SARIF has it.
    enum Level: String {
        case error, warning, note
    }

    let version: String
    /// What columns count: `unicodeCodePoints` or `utf16CodeUnits`.
    let columnKind: String
    private var rules: [JSONValue] = []
    private var positions: [String: Int] = [:]
    private(set) var results: [JSONValue] = []

    /// - Parameter version: the program's.
    init(version: String, columnKind: String) {
        self.version = version
        self.columnKind = columnKind
    }

    /// Adds a result, and the rule it is of when that is its first.
    mutating func add(
        _ ruleID: String, _ level: Level, _ message: String, at locations: [JSONValue],
        fingerprint: (name: String, value: String), more: JSONFields = [:], rule: () -> JSONFields
    ) {
        let position = positions[ruleID] ?? rules.count
        if position == rules.count {
            positions[ruleID] = position
            rules.append(.fields(rule().merging(["id": .string(ruleID)]) { $1 }))
        }
        let fields: JSONFields = [
            "ruleId": .string(ruleID), "ruleIndex": .integer(Int64(position)), "level": .string(level.rawValue),
            "message": .message(message), "locations": .array(locations),
            "partialFingerprints": .fields([fingerprint.name: .string(fingerprint.value)]),
        ]
        results.append(.fields(fields.merging(more) { $1 }))
    }

    /// The document, with a line feed at its end.
    ///
    /// - Parameter run: what else there is to say of the run.
    func text(_ run: JSONFields = [:]) throws(OCIError) -> String {
        let fields: JSONFields = [
            "tool": .fields([
                "driver": .fields([
                    "name": .string("whittle"), "version": .string(version), "semanticVersion": .string(version),
                    "rules": .array(rules),
                ])
            ]),
            "columnKind": .string(columnKind), "results": .array(results),
        ]
        let document = JSONValue.fields([
            "$schema": .string("https://json.schemastore.org/sarif-2.1.0.json"), "version": .string("2.1.0"),
            "runs": .array([.fields(fields.merging(run) { $1 })]),
        ])
        return String(decoding: try CanonicalJSON.encode(document), as: UTF8.self) + "\n"
    }
}

extension JSONValue {
    /// SARIF's form of a text.
    static func message(_ text: String) -> JSONValue { .object(["text": .string(text)]) }

    /// SARIF's form of the severity that a rule has.
    static func level(_ level: SARIFLog.Level) -> JSONValue { .object(["level": .string(level.rawValue)]) }

    /// SARIF's form of a place in a file.
    static func physicalLocation(_ address: String, region: JSONValue?) -> JSONValue {
        .fields(["artifactLocation": .object(["uri": .string(address)]), "region": region])
    }
}
