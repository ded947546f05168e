import Builder

/// `--attest`, `--sbom` and `--provenance`, as `docker buildx build` reads them.
enum AttestationParsing {
    private static let provenanceKeys: Set<String> = [
        "mode", "version", "builder-id", "reproducible", "inline-only", "filename", "disabled",
    ]

    /// Whether a word can be the value of `--sbom` or `--provenance`, rather than what follows it on the command line.
    static func isValue(_ word: String) -> Bool {
        if boolean(word) != nil { return true }
        guard let key = word.split(separator: "=", maxSplits: 1).first, word.contains("=") else { return false }
        return provenanceKeys.contains(String(key)) || key == "generator"
    }

    /// What the options together ask for; the special ones count after `--attest`.
    ///
    /// - Parameter maker: makes the bills of materials.
    static func parse(
        attest: [String], sbom: String?, provenance: String?, maker: any SBOMMaker
    ) throws(OptionError) -> AttestationOptions {
        var options = AttestationOptions()
        var specifications = attest.map { (option: "--attest \($0)", text: $0) }
        if let sbom { specifications.append(("--sbom \(sbom)", try long(sbom, type: "sbom"))) }
        if let provenance {
            specifications.append(("--provenance \(provenance)", try long(provenance, type: "provenance")))
        }
        for (option, text) in specifications {
            var values: [String: String] = [:]
            for field in try CommaFields(text).fields {
                guard let value = field.value else { throw OptionError("\(option): \"\(field.key)\" has no value") }
                values[field.key] = value
            }
            switch values.removeValue(forKey: "type") {
            case "provenance": try readProvenance(values, option, into: &options)
            case "sbom":
                let isOff = try isDisabled(values, option)
                for key in values.keys.sorted() where key != "disabled" {
                    throw OptionError(
                        "\(option): \"\(key)\" is not supported"
                            + (key == "generator" ? "; whittle makes it itself" : ""))
                }
                options.sbom = isOff ? nil : maker
            case .some(let type): throw OptionError("\(option): type \"\(type)\" is not one of provenance, sbom")
            case nil: throw OptionError("\(option): type is missing")
            }
        }
        return options
    }

    private static func long(_ text: String, type: String) throws(OptionError) -> String {
        guard let isOn = boolean(text) else { return "type=\(type),\(text)" }
        return "type=\(type),disabled=\(!isOn)"
    }

    private static func readProvenance(
        _ values: [String: String], _ option: String, into options: inout AttestationOptions
    ) throws(OptionError) {
        if try isDisabled(values, option) {
            options.provenance = nil
            return
        }
        var provenance = ProvenanceOptions()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "mode":
                guard let mode = ProvenanceOptions.Mode(rawValue: value == "full" ? "max" : value) else {
                    throw OptionError("\(option): mode \"\(value)\" is not one of min, max")
                }
                provenance.mode = mode
            case "version":
                guard let version = ProvenanceOptions.Version(rawValue: value) else {
                    throw OptionError("\(option): version \"\(value)\" is not one of v0.2, v1")
                }
                provenance.version = version
            case "builder-id": provenance.builderID = value
            case "reproducible": provenance.isReproducible = try OutputParsing.bool(value, option: option)
            case "inline-only": provenance.isInlineOnly = try OutputParsing.bool(value, option: option)
            case "filename": provenance.file = value
            case "disabled": break
            default: throw OptionError("\(option): \"\(key)\" is not supported")
            }
        }
        options.provenance = provenance
    }

    private static func isDisabled(_ values: [String: String], _ option: String) throws(OptionError) -> Bool {
        guard let value = values["disabled"] else { return false }
        return try OutputParsing.bool(value, option: option)
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text {
        case "true", "TRUE", "True", "1", "t", "T": true
        case "false", "FALSE", "False", "0", "f", "F": false
        default: nil
        }
    }
}
