import LayerFormat
import OCI

/// apk's list of packages with their files.
struct ApkCataloguer: Cataloguer {
    private static let limit = 256 << 20

    func wants(_ file: FileFacts) -> Bool {
        file.path.equals("lib/apk/db/installed") || file.path.equals("usr/lib/apk/db/installed")
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let bytes = try content.whole(limit: Self.limit) else {
            throw InventoryError.tooLarge(what: "list of packages", limit: Int64(Self.limit))
        }
        var finding = Finding()
        var stanza = Stanza()
        func finish() {
            if let package = stanza.package {
                let files = Finding.Files.these(.list(stanza.files.bytes))
                finding.claims.append(.init(owner: .package(finding.packages.count), files: files))
                finding.add(package, stanza.requirements)
            }
            stanza = Stanza()
        }
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.isEmpty { finish() } else { stanza.add(line) }
        }
        finish()
        return finding
    }

    /// One package: lines of a letter, a colon and a value.
    private struct Stanza {
        var fields: [UInt8: ArraySlice<UInt8>] = [:]
        var files = PathList()

        mutating func add(_ line: ArraySlice<UInt8>) {
            guard line.count >= 2, line[line.startIndex + 1] == UInt8(ascii: ":"), let key = line.first else { return }
            let value = line.dropFirst(2)
            guard key == UInt8(ascii: "R") else {
                fields[key] = value
                return
            }
            // A file is in the directory named before it.
            let directory = fields[UInt8(ascii: "F")] ?? []
            files.add(directory.isEmpty ? Array(value) : directory + [UInt8(ascii: "/")] + value)
        }

        /// `D:so:libc.musl-x86_64.so.1 busybox>=1.36 !conflict`, and names that it goes by in the same form.
        var requirements: PackageRequirements {
            var requirements = PackageRequirements()
            for name in names("D") where name.first != UInt8(ascii: "!") { requirements.choices.add(name) }
            for name in names("p") { requirements.provides.add(name) }
            return requirements
        }

        /// The names of a field, without the versions behind them.
        private func names(_ key: Unicode.Scalar) -> [ArraySlice<UInt8>] {
            (fields[UInt8(ascii: key)] ?? []).split(separator: UInt8(ascii: " "))
                .map { $0.prefix { !"<>=~@".utf8.contains($0) } }
        }

        var package: Package? {
            func field(_ key: Unicode.Scalar) -> String? {
                fields[UInt8(ascii: key)].flatMap { $0.isEmpty ? nil : $0.text }
            }
            guard let name = field("P"), let version = field("V") else { return nil }
            return Package(
                type: .apk, name: name, version: version, path: "",
                source: Package.SourcePackage(name: field("o") ?? name, version: version), architecture: field("A"),
                licences: field("L").map { [$0] } ?? [])
        }
    }
}
