import Advisories
import BuildContext
import Glibc
import OCI

/// Fetches exports and puts them into a new edition of the database.
struct DatabaseUpdate: Sendable {
    /// Something that is fetched.
    struct Source: Sendable {
        /// The feed's name: the ecosystem as OSV names it, `kev` or `epss`.
        var name: String
        var url: String
        /// Is it a whole export, whose records replace the former ones?
        var isExport: Bool
    }

    let location: DatabaseLocation
    let mirror: String?

    /// What is fetched, and from where.
    func sources(ecosystems: [String], exploits: Bool) -> [Source] {
        var base = mirror ?? "https://storage.googleapis.com/osv-vulnerabilities"
        while base.hasSuffix("/") { base.removeLast() }
        var sources = ecosystems.map { Source(name: $0, url: "\(base)/\(Self.escaped($0))/all.zip", isExport: true) }
        guard exploits else { return sources }
        let (kev, epss) = ("known_exploited_vulnerabilities.json", "epss_scores-current.csv.gz")
        sources.append(
            Source(
                name: "kev",
                url: mirror == nil ? "https://www.cisa.gov/sites/default/files/feeds/\(kev)" : "\(base)/\(kev)",
                isExport: false))
        sources.append(
            Source(
                name: "epss", url: mirror == nil ? "https://epss.empiricalsecurity.com/\(epss)" : "\(base)/\(epss)",
                isExport: false))
        return sources
    }

    /// Fetches and imports. What could be fetched is put into place, whatever became of the rest.
    ///
    /// - Returns: what could not be fetched.
    func run(_ sources: [Source], report: (String) -> Void) async throws -> [String] {
        let directory = location.directory + "/downloads"
        let former = try await blocking { [location] in
            try DatabaseUpdate.prepare(location, directory, sources)
        }
        var fetched: [(source: Source, file: String?, state: DatabaseEdition.FeedState)] = []
        var failures: [String] = []
        for source in sources {
            let file = directory + "/" + Self.fileName(source)
            let known = former[source.name].flatMap { $0.url == source.url ? $0 : nil }
            do {
                let found = try await RemoteFile.fetchResuming(
                    source.url, to: file, validators: .init(etag: known?.etag, lastModified: known?.lastModified))
                let state = DatabaseEdition.FeedState(
                    url: source.url, etag: found == nil ? known?.etag : found?.etag,
                    lastModified: found == nil ? known?.lastModified : found?.lastModified,
                    fetched: Timestamp.text(Timestamp.now()))
                fetched.append((source, found == nil ? nil : file, state))
                report("\(source.name): \(found == nil ? "unchanged" : "fetched")")
            } catch let error as CancellationError {
                throw error
            } catch {
                failures.append("\(source.name): \(error)")
            }
        }
        guard !fetched.isEmpty else { return failures }
        let done = fetched
        try await blocking { [location] in try DatabaseUpdate.importing(done, into: location) }
        return failures
    }

    private static func prepare(
        _ location: DatabaseLocation, _ directory: String, _ sources: [Source]
    ) throws -> [String: DatabaseEdition.FeedState] {
        let edition = try DatabaseEdition(location)
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
            throw AdvisoriesError.system(operation: "create", path: directory, errno: errno)
        }
        var states: [String: DatabaseEdition.FeedState] = [:]
        for source in sources { states[source.name] = try edition.state(ofFeed: source.name) }
        return states
    }

    private static func importing(
        _ fetched: [(source: Source, file: String?, state: DatabaseEdition.FeedState)], into location: DatabaseLocation
    ) throws {
        let edition = try DatabaseEdition(location)
        for (source, file, state) in fetched {
            guard let file else {
                try edition.confirmFeed(source.name, state: state)
                continue
            }
            if source.isExport {
                try edition.replaceFeed(source.name, state: state, from: file)
            } else {
                var reader = AdvisoryImport(edition: edition)
                try reader.add(path: file)
                try edition.confirmFeed(source.name, state: state)
            }
        }
        try edition.commit()
        for (_, file, _) in fetched { if let file { unlink(file) } }
    }

    private static func fileName(_ source: Source) -> String {
        switch source.name {
        case "kev": "kev.json"
        case "epss": "epss.csv.gz"
        default: escaped(source.name) + ".zip"
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain =
                byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
                || "-._".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
