import Inventory
import OCI

/// Findings that somebody has decided to live with: one identifier a line with an expiry and a reason, as `.trivyignore` has
/// it, or the same in YAML with paths and packages.
public struct IgnoreFile: Hashable, Sendable {
    /// What is ignored.
    struct Entry: Hashable, Sendable {
        /// The identifier of a vulnerability or of a rule about secrets.
        var id: String
        /// Only there; everywhere when there are none.
        var paths: [String] = []
        /// Only these packages; all when there are none.
        var purls: [PackageURL] = []
        /// The last day on which it holds, as `2026-12-31`.
        var expiry: String?
        var reason: String?
        var line: Int
    }

    private let entries: [Entry]
    private let file: String

    /// Reads a file. YAML is told by its name.
    ///
    /// - Throws: ``AdvisoriesError/malformed(path:line:reason:)``.
    public init(_ bytes: [UInt8], file: String) throws(AdvisoriesError) {
        self.file = file
        let text = String(decoding: bytes, as: UTF8.self)
        entries =
            file.hasSuffix(".yaml") || file.hasSuffix(".yml")
            ? try IgnoreFileYAML.entries(text, file: file) : try Self.entries(text, file: file)
    }

    private static func entries(_ text: String, file: String) throws(AdvisoriesError) -> [Entry] {
        var entries: [Entry] = []
        var remark: String?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let parts = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let words = (parts.first ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
            let comment = parts.count == 2 ? trimmed(parts[1]) : nil
            guard let id = words.first else {
                // A comment above an entry is about it; an empty line ends that.
                remark = comment
                continue
            }
            var entry = Entry(id: id, reason: comment ?? remark, line: index + 1)
            for word in words.dropFirst() {
                guard word.hasPrefix("exp:") else {
                    throw .malformed(path: file, line: index + 1, reason: "\(word) is neither exp:DATE nor a comment")
                }
                entry.expiry = try date(String(word.dropFirst(4)), file, index + 1)
            }
            entries.append(entry)
        }
        return entries
    }

    static func date(_ text: String, _ file: String, _ line: Int) throws(AdvisoriesError) -> String {
        // A day that the month does not have would be read as one of the next month.
        guard text.utf8.count >= 10, let seconds = Timestamp.seconds(date: text),
            let day = Timestamp.seconds(date: String(text.prefix(10))),
            Timestamp.text(day).prefix(10) == text.prefix(10)
        else {
            throw .malformed(path: file, line: line, reason: "\(text) is no date like 2026-12-31")
        }
        return String(Timestamp.text(seconds).prefix(10))
    }

    private static func trimmed(_ text: Substring) -> String? {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }

    /// Why a finding does not count; nil when no entry is about it, or only expired ones are.
    ///
    /// - Parameter now: in seconds since 1970.
    public func suppression(of finding: Finding, now: Int64) -> Suppression? {
        suppression(
            ids: finding.identifiers, path: finding.package.path, purl: finding.package.purl, now: now)
    }

    /// Why something found by a rule at a path does not count.
    public func suppression(ofRule id: String, path: String, now: Int64) -> Suppression? {
        suppression(ids: [id], path: path, purl: nil, now: now)
    }

    private func suppression(ids: [String], path: String, purl: PackageURL?, now: Int64) -> Suppression? {
        let today = String(Timestamp.text(now).prefix(10))
        let found = entries.first { entry in
            guard ids.contains(entry.id), entry.expiry.map({ $0 >= today }) ?? true else { return false }
            if !entry.paths.isEmpty, !entry.paths.contains(where: { PathGlob.matches(path, $0) }) { return false }
            return entry.purls.isEmpty || purl.map { purl in entry.purls.contains { $0.covers(purl) } } ?? false
        }
        return found.map { Suppression(kind: .ignoreFile, status: "ignored", reason: $0.reason, file: file) }
    }

    /// Entries that do not hold any more, as text for a warning.
    public func expired(now: Int64) -> [String] {
        let today = String(Timestamp.text(now).prefix(10))
        return entries.compactMap { entry in
            guard let expiry = entry.expiry, expiry < today else { return nil }
            let place = entry.line > 0 ? "\(file):\(entry.line)" : file
            return "\(place): \(entry.id) was ignored until \(expiry) only"
        }
    }
}

/// Ignore files in YAML: `vulnerabilities` and `secrets`, each a list with `id`, `paths`, `purls`, `expired_at`, `statement`.
enum IgnoreFileYAML {
    static func entries(_ text: String, file: String) throws(AdvisoriesError) -> [IgnoreFile.Entry] {
        let value = try YAMLText.value(of: text, file: file)
        var entries: [IgnoreFile.Entry] = []
        for (section, content) in value.fields.sorted(by: { $0.key < $1.key }) {
            // Other sections are about things that are not looked for here.
            guard section == "vulnerabilities" || section == "secrets" else { continue }
            for element in content.elements {
                guard let id = element["id"]?.text else {
                    throw .malformed(path: file, line: 0, reason: "an entry of \(section) has no id")
                }
                var entry = IgnoreFile.Entry(id: id, paths: element["paths"]?.texts ?? [], line: 0)
                for text in element["purls"]?.texts ?? [] {
                    guard let purl = try? PackageURL(parsing: text, .lenient) else {
                        throw .malformed(path: file, line: 0, reason: "\(text) is no package URL")
                    }
                    entry.purls.append(purl)
                }
                entry.reason = element["statement"]?.text
                entry.expiry = try element["expired_at"]?.text.map { (text) throws(AdvisoriesError) in
                    try IgnoreFile.date(text, file, 0)
                }
                entries.append(entry)
            }
        }
        return entries
    }
}
