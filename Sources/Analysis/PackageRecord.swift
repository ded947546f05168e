import OCI

/// A file in which a package manager keeps what is installed.
enum PackageRecord: Hashable, Sendable {
    /// `/var/lib/dpkg/status`, or a file of `/var/lib/dpkg/status.d` in images without dpkg.
    case dpkg
    /// `/lib/apk/db/installed`, or below `/usr` since the directories were merged.
    case apk
    /// `METADATA` of a `.dist-info`, `PKG-INFO` of an `.egg-info`, or an `.egg-info` that is a file.
    case python

    /// Larger files are no such records.
    static let limit: Int64 = 64 << 20

    /// What the file with this path is; nil for any other file. The path is relative to the root.
    init?(path: PathBytes) {
        let text = String(decoding: path, as: UTF8.self)
        if text == "var/lib/dpkg/status" {
            self = .dpkg
        } else if text.hasPrefix("var/lib/dpkg/status.d/"), !text.hasSuffix(".md5sums") {
            self = .dpkg
        } else if text == "lib/apk/db/installed" || text == "usr/lib/apk/db/installed" {
            self = .apk
        } else if text.hasSuffix(".dist-info/METADATA") || text.hasSuffix(".egg-info/PKG-INFO")
            || text.hasSuffix(".egg-info")
        {
            self = .python
        } else {
            return nil
        }
    }

    /// The packages in the file.
    func packages(in bytes: [UInt8]) -> [InstalledPackage] {
        switch self {
        case .dpkg:
            return paragraphs(bytes, keys: ["Package", "Version", "Status"]).compactMap { fields in
                guard let name = fields["Package"], let version = fields["Version"] else { return nil }
                // Packages that were removed but for their configuration stay listed. status.d has no such field.
                if let status = fields["Status"], !status.hasSuffix(" installed") { return nil }
                return InstalledPackage(name: name, version: version, type: .deb)
            }
        case .apk:
            return paragraphs(bytes, keys: ["P", "V"]).compactMap { fields in
                guard let name = fields["P"], let version = fields["V"] else { return nil }
                return InstalledPackage(name: name, version: version, type: .apk)
            }
        case .python:
            guard let fields = paragraphs(bytes, keys: ["Name", "Version"]).first, let name = fields["Name"],
                let version = fields["Version"]
            else { return [] }
            return [InstalledPackage(name: Self.normalized(name), version: version, type: .pypi)]
        }
    }

    /// The one spelling of a Python project's name (PEP 503).
    private static func normalized(_ name: String) -> String {
        name.lowercased().split(whereSeparator: { "-_.".contains($0) }).joined(separator: "-")
    }

    /// `Key: value` lines in paragraphs; only the fields asked for, each the first time it appears.
    private func paragraphs(_ bytes: [UInt8], keys: Set<String>) -> [[String: String]] {
        var result: [[String: String]] = []
        var fields: [String: String] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let first = line.first else {
                if !fields.isEmpty { result.append(fields) }
                fields = [:]
                continue
            }
            guard first != UInt8(ascii: " "), first != UInt8(ascii: "\t"),
                let colon = line.firstIndex(of: UInt8(ascii: ":")), colon - line.startIndex <= 16
            else { continue }
            let key = String(decoding: line[..<colon], as: UTF8.self)
            guard keys.contains(key), fields[key] == nil else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == UInt8(ascii: " ") }
            fields[key] = String(decoding: value, as: UTF8.self)
        }
        if !fields.isEmpty { result.append(fields) }
        return result
    }
}
