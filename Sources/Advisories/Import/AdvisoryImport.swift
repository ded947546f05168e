import Glibc
import OCI

/// Imports files and directories of advisories into an edition of the database.
public struct AdvisoryImport {
    private let edition: DatabaseEdition
    /// Files that were left out, because they are no data.
    public private(set) var skipped: [String] = []
    /// Files that were read.
    public private(set) var fileCount = 0

    /// An import into an edition.
    public init(edition: DatabaseEdition) { self.edition = edition }

    /// Names of files that hold advisories, compressed or not.
    private static let suffixes = [".json", ".jsonl", ".ndjson", ".csv"]
    private static let packedSuffixes = [".gz", ".xz", ".bz2", ".zst"]
    private static let archiveSuffixes = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst", ".tar.bz2"]

    /// Imports a file, an archive, or everything in a directory.
    ///
    /// - Throws: ``AdvisoriesError``, naming the file that cannot be read or is of no known form. The edition is of no use then.
    public mutating func add(path: String) throws(AdvisoriesError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system(operation: "open", path: path, errno: errno) }
        if status.st_mode & S_IFMT == S_IFDIR { try add(directory: path, depth: 0) } else { try add(file: path) }
        guard fileCount > 0 else { throw .nothingToImport(path: path) }
        try edition.flush()
    }

    private mutating func add(directory: String, depth: Int) throws(AdvisoriesError) {
        guard depth < 32 else {
            throw .malformed(path: directory, line: 0, reason: "directories are nested too deeply")
        }
        guard let handle = opendir(directory) else { throw .system(operation: "open", path: directory, errno: errno) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        closedir(handle)
        for name in names.sorted() {
            let path = directory + "/" + name
            var status = stat()
            // Links are not followed: they might lead round in a circle.
            guard lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try add(directory: path, depth: depth + 1)
            case S_IFREG where Self.mayHoldAdvisories(name) || Self.isArchive(name): try add(file: path)
            default: skipped.append(path)
            }
        }
    }

    private static func isArchive(_ name: String) -> Bool { archiveSuffixes.contains { name.hasSuffix($0) } }

    private static func mayHoldAdvisories(_ name: String) -> Bool {
        let packing = packedSuffixes.first { name.hasSuffix($0) } ?? ""
        let plain = name.dropLast(packing.count)
        return suffixes.contains { plain.hasSuffix($0) }
    }

    private mutating func add(file path: String) throws(AdvisoriesError) {
        var skipped: [String] = []
        var count = 0
        try ImportFile(path: path).forEachEntry { (entry) throws(AdvisoriesError) in
            let isMember = entry.name != path
            if isMember, !Self.mayHoldAdvisories(entry.name) {
                skipped.append(entry.name)
                return
            }
            try read(entry)
            count += 1
        }
        self.skipped += skipped
        fileCount += count
    }

    private func read(_ entry: ImportFile.Entry) throws(AdvisoriesError) {
        edition.defaultDate = entry.modified.map(Timestamp.text(_:)) ?? ""
        var text = ImportText(entry)
        switch try text.firstByte() {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if try text.isLines() { try readLines(&text, entry.name) } else { try readDocument(&text, entry.name) }
        case UInt8(ascii: "#"), UInt8(ascii: "c"): try readProbabilities(&text, entry.name)
        default: throw .unrecognized(path: entry.name)
        }
        // The next file has a date of its own.
        try edition.flush()
    }

    private func readDocument(_ text: inout ImportText, _ name: String) throws(AdvisoriesError) {
        let document = try text.rest()
        do throws(JSONFault) {
            try Self.read(document, name, into: edition)
        } catch {
            throw error.isUnrecognized
                ? .unrecognized(path: name)
                : .malformedJSON(path: name, line: 0, offset: error.offset, reason: error.reason)
        }
    }

    private func readLines(_ text: inout ImportText, _ name: String) throws(AdvisoriesError) {
        var number = 0
        while let line = try text.line() {
            number += 1
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            do throws(JSONFault) {
                try Self.read(line, name, into: edition)
            } catch {
                throw error.isUnrecognized
                    ? .malformed(path: name, line: number, reason: "this is no advisory")
                    : .malformedJSON(path: name, line: number, offset: error.offset, reason: error.reason)
            }
        }
    }

    private func readProbabilities(_ text: inout ImportText, _ name: String) throws(AdvisoriesError) {
        var number = 0
        while let line = try text.line() {
            number += 1
            if number == 1, !ExploitProbabilityFormat.recognizes(firstLine: line) { throw .unrecognized(path: name) }
            guard ExploitProbabilityFormat.read(line: line, into: edition) else {
                throw .malformed(path: name, line: number, reason: "cve, epss and percentile are expected")
            }
        }
    }

    private static func read(_ document: [UInt8], _ name: String, into sink: any ImportSink) throws(JSONFault) {
        let shape = try DocumentShape(document)
        guard let format = AdvisoryFormats.all.first(where: { $0.recognizes(shape) }) else {
            throw JSONFault(offset: 0, reason: JSONFault.unrecognized)
        }
        try format.read(document, into: sink)
    }
}

extension JSONFault {
    fileprivate static let unrecognized = "unrecognized"
    fileprivate var isUnrecognized: Bool { reason == Self.unrecognized }
}
