import Builder
import Glibc
import LayerFormat
import OCI

/// `--output type=…,key=value`.
enum OutputParsing {
    /// Parses one specification; a bare path is a directory, `-` a tar on standard output.
    static func parse(_ text: String) throws(OptionError) -> ExportTarget {
        let fields = try CommaFields(text).fields
        if fields.count == 1, fields[0].value == nil {
            return ExportTarget(kind: text == "-" ? .tar(destination: nil) : .local(destination: text))
        }
        var values: [String: String] = [:]
        var annotations: [Annotation] = []
        for field in fields {
            guard let value = field.value else { throw OptionError("--output \(text): \"\(field.key)\" has no value") }
            if field.key.hasPrefix("annotation") {
                annotations.append(try annotation(field.key, value, in: text))
            } else {
                values[field.key] = value
            }
        }
        guard let type = values.removeValue(forKey: "type") else {
            throw OptionError("--output \(text): type is missing")
        }
        var target = ExportTarget(kind: try kind(type, &values, in: text))
        if case .docker = target.kind { target.ociMediaTypes = false }
        target.annotations = annotations
        try readCompression(&target, &values, in: text)
        if let value = values.removeValue(forKey: "oci-mediatypes") {
            target.ociMediaTypes = try bool(value, text)
            target.hasGivenMediaTypes = true
        }
        if let value = values.removeValue(forKey: "rewrite-timestamp") {
            target.rewritesTimestamps = try bool(value, text)
        }
        if let value = values.removeValue(forKey: "oci-artifact") { target.attestsAsArtifact = try bool(value, text) }
        if let value = values.removeValue(forKey: "attestation-prefix") {
            guard target.isFiles else { throw OptionError("--output \(text): attestation-prefix is for local and tar") }
            target.attestationPrefix = value
        }
        if let value = values.removeValue(forKey: "push") { target.pushes = try bool(value, text) }
        if let value = values.removeValue(forKey: "registry.insecure") {
            target.allowsInsecureRegistry = try bool(value, text)
        }
        if let value = values.removeValue(forKey: "name") {
            target.names = value.split(separator: ",").map(String.init)
        }
        if let unknown = values.keys.sorted().first {
            throw OptionError("--output \(text): \"\(unknown)\" is not supported for type \(type)")
        }
        return target
    }

    private static func kind(
        _ type: String, _ values: inout [String: String], in text: String
    ) throws(OptionError) -> ExportTarget.Kind {
        var destination = values.removeValue(forKey: "dest")
        if destination == "-" { destination = nil }
        switch type {
        case "image": return .image
        case "registry": return .registry
        case "oci":
            var asDirectory = false
            if let value = values.removeValue(forKey: "tar") { asDirectory = try !bool(value, text) }
            if asDirectory, destination == nil { throw OptionError("--output \(text): dest is missing") }
            return .oci(destination: destination, asDirectory: asDirectory)
        case "docker": return .docker(destination: destination)
        case "tar": return .tar(destination: destination)
        case "local":
            guard let destination else { throw OptionError("--output \(text): dest is missing") }
            return .local(destination: destination)
        default:
            throw OptionError(
                "--output \(text): type \"\(type)\" is not one of image, oci, docker, local, tar, registry")
        }
    }

    private static func readCompression(
        _ target: inout ExportTarget, _ values: inout [String: String], in text: String
    ) throws(OptionError) {
        var level: Int?
        if let value = values.removeValue(forKey: "compression-level") {
            guard let number = Int(value) else { throw OptionError("--output \(text): compression-level is no number") }
            level = number
        }
        switch values.removeValue(forKey: "compression") {
        case nil, "gzip":
            if let level {
                guard (0...9).contains(level) else { throw OptionError("--output \(text): gzip levels are 0 to 9") }
                target.compression = .gzip(level: level)
            }
        case "zstd":
            let level = level ?? 3
            guard (1...22).contains(level) else { throw OptionError("--output \(text): zstd levels are 1 to 22") }
            target.compression = .zstd(level: level)
        case "uncompressed": target.compression = .none
        case .some(let other):
            throw OptionError("--output \(text): compression \"\(other)\" is not one of gzip, zstd, uncompressed")
        }
        if let value = values.removeValue(forKey: "force-compression") {
            target.forcesCompression = try bool(value, text)
        }
    }

    private static func annotation(_ key: String, _ value: String, in text: String) throws(OptionError) -> Annotation {
        guard let dot = key.firstIndex(of: ".") else {
            throw OptionError("--output \(text): \"\(key)\" is not supported")
        }
        let prefix = key[..<dot].dropFirst("annotation".count).drop { $0 == "-" }
        let level =
            try prefix.isEmpty ? .manifest : BuildOptionParsing.level(String(prefix), option: text)
        return Annotation(level: level, key: String(key[key.index(after: dot)...]), value: value)
    }

    private static func bool(_ value: String, _ text: String) throws(OptionError) -> Bool {
        try bool(value, option: "--output \(text)")
    }

    /// A value of an option that is true or false, as Go reads it.
    static func bool(_ value: String, option: String) throws(OptionError) -> Bool {
        switch value.lowercased() {
        case "true", "1", "t": return true
        case "false", "0", "f": return false
        default: throw OptionError("\(option): \"\(value)\" is neither true nor false")
        }
    }
}
