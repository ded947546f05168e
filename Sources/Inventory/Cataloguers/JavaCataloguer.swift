import LayerFormat
import OCI

/// Java's archives, and the archives inside of them.
struct JavaCataloguer: Cataloguer {
    var dependsOnPath: Bool { false }

    /// Archives nested deeper are not looked into.
    static let depthLimit = 8
    /// A larger compressed archive inside of another is not looked into.
    static let nestedLimit = 256 << 20
    /// No more than this is decompressed for one file of the image.
    static let totalLimit = 1 << 30

    func wants(_ file: FileFacts) -> Bool { Self.isArchive(file.name) }

    private static let endings: Set<String> = [
        "jar", "war", "ear", "par", "sar", "nar", "jpi", "hpi", "kar", "far", "lpkg", "rar",
    ]

    private static func isArchive(_ name: ArraySlice<UInt8>) -> Bool {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), name.endIndex - dot <= 5 else { return false }
        return endings.contains(name[(dot + 1)...].text.lowercased())
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        var reading = Reading()
        guard try reading.archive(content, name: file.name, inside: "", depth: 0) else { return nil }
        return reading.finding
    }

    /// Reading one file of the image with everything inside of it.
    private struct Reading {
        var finding = Finding()
        /// What may still be decompressed.
        var budget = JavaCataloguer.totalLimit
        private var known: Set<Package> = []

        /// - Parameter place: what follows the path of the image's file.
        /// - Returns: false when it is no archive.
        mutating func archive(
            _ content: any RandomAccessBytes, name: ArraySlice<UInt8>, inside place: String, depth: Int
        ) throws -> Bool {
            guard let archive = try ZipArchive(content) else { return false }
            var identities: [JavaIdentity] = []
            var manifest: [UInt8] = []
            var nested: [ZipArchive.Entry] = []
            for entry in archive.entries {
                if entry.name.begins(with: "META-INF/maven/"), entry.name.ends(with: "/pom.properties") {
                    if let identity = JavaIdentity(properties: take(entry, of: archive)) { identities.append(identity) }
                } else if entry.name.equals("META-INF/MANIFEST.MF") {
                    manifest = take(entry, of: archive)
                } else if JavaCataloguer.isArchive(entry.name) {
                    nested.append(entry)
                }
            }
            if identities.isEmpty, let identity = JavaIdentity(manifest: manifest, fileName: name) {
                identities = [identity]
            }
            for identity in identities {
                let package = Package(type: .maven, name: identity.name, version: identity.version, path: place)
                guard known.insert(package).inserted else { continue }
                finding.claims.append(.init(owner: .package(finding.packages.count), files: .itself))
                finding.packages.append(package)
            }
            for entry in nested { look(into: entry, of: archive, inside: place, depth: depth + 1) }
            return true
        }

        private mutating func take(_ entry: ZipArchive.Entry, of archive: ZipArchive) -> [UInt8] {
            do {
                let bytes = try archive.content(of: entry, limit: min(budget, 4 << 20))
                budget -= bytes.count
                return bytes
            } catch {
                warn("\(entry.name.text): \(error)")
                return []
            }
        }

        /// What is wrong with an inner archive does not hide the others.
        private mutating func look(
            into entry: ZipArchive.Entry, of archive: ZipArchive, inside place: String, depth: Int
        ) {
            let inner = place + "/" + entry.name.text
            guard depth <= JavaCataloguer.depthLimit else {
                warn("archives nested deeper than \(JavaCataloguer.depthLimit) are not looked into")
                return
            }
            guard !entry.name.split(separator: UInt8(ascii: "/")).contains(where: { $0.equals("..") }) else {
                warn("\(entry.name.text) leads out of the archive")
                return
            }
            do {
                let content = try archive.access(to: entry, limit: min(budget, JavaCataloguer.nestedLimit))
                if content is MemoryBytes { budget -= Int(content.size) }
                let slash = entry.name.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? entry.name.startIndex
                _ = try self.archive(content, name: entry.name[slash...], inside: inner, depth: depth)
            } catch {
                warn("\(inner.dropFirst()): \(error)")
            }
        }

        private mutating func warn(_ reason: String) {
            if finding.warnings.count < 100 { finding.warnings.append(reason) }
        }
    }
}
