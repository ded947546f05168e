import LayerFormat
import OCI

/// rpm's database of installed packages, and the list that images without rpm have.
struct RpmCataloguer: Cataloguer {
    private static let directories = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"]
    private static let names = ["rpmdb.sqlite", "Packages.db", "Packages"]
    private static let manifest = "var/lib/rpmmanifest/container-manifest-2"

    /// Which of several databases counts: the smallest number. nil for a file that is none.
    static func rank(of path: PathBytes) -> Int? {
        guard path.ends(with: "rpmdb.sqlite") || path.ends(with: "Packages.db") || path.ends(with: "/Packages") else {
            return nil
        }
        let text = path.text
        for directory in directories {
            if let rank = names.firstIndex(where: { text == directory + "/" + $0 }) { return rank }
        }
        return nil
    }

    func wants(_ file: FileFacts) -> Bool {
        Self.rank(of: file.path) != nil || file.name.equals("container-manifest-2") && file.path.text == Self.manifest
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        if file.name.equals("container-manifest-2") { return try Self.manifest(content) }
        var finding = Finding()
        do {
            try RpmDatabase.forEachHeader(content) { bytes in
                let header = try RpmHeader(bytes)
                guard let package = Self.package(header) else { return }
                let files = Finding.Files.these(.list(Self.files(header)))
                finding.claims.append(.init(owner: .package(finding.packages.count), files: files))
                finding.add(package, RpmRequirements.read(header))
            }
        } catch let error as InventoryError {
            // What was read before the damage is there.
            finding.warnings.append(error.description)
        }
        return finding
    }

    /// Numbers of the tags that matter.
    private enum Tag {
        static let name = 1000
        static let version = 1001
        static let release = 1002
        static let epoch = 1003
        static let vendor = 1011
        static let licence = 1014
        static let architecture = 1022
        static let sourcePackage = 1044
        static let directoryIndexes = 1116
        static let baseNames = 1117
        static let directoryNames = 1118
        static let modularity = 5096
    }

    private static func package(_ header: RpmHeader) -> Package? {
        guard let name = header.text(Tag.name), let version = header.text(Tag.version),
            let release = header.text(Tag.release), name != "gpg-pubkey"
        else { return nil }
        let vendor = header.text(Tag.vendor)
        return package(
            name: name, version: version, release: release, epoch: header.numbers(Tag.epoch).first,
            architecture: header.text(Tag.architecture), source: header.text(Tag.sourcePackage), vendor: vendor,
            modularity: header.text(Tag.modularity), licence: header.text(Tag.licence))
    }

    private static func package(
        name: String, version: String, release: String, epoch: Int?, architecture: String?, source: String?,
        vendor: String?, modularity: String?, licence: String?
    ) -> Package {
        let prefix = epoch.map { $0 == 0 ? "" : "\($0):" } ?? ""
        return Package(
            type: .rpm, name: name, version: "\(prefix)\(version)-\(release)", path: "",
            source: source.flatMap { Self.source($0, prefix) }, architecture: architecture, epoch: epoch,
            release: release, modularity: modularity, vendor: vendor, licences: licence.map { [$0] } ?? [],
            marks: vendor.map { ThirdPartyMaintainers.includes(vendor: $0) } == true ? [.thirdParty] : [])
    }

    /// `NAME-VERSION-RELEASE.src.rpm`.
    private static func source(_ file: String, _ prefix: String) -> Package.SourcePackage? {
        var stem = Substring(file)
        for ending in [".nosrc.rpm", ".src.rpm", ".rpm"] where stem.hasSuffix(ending) {
            stem = stem.dropLast(ending.count)
            break
        }
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return nil }
        return Package.SourcePackage(
            name: parts.dropLast(2).joined(separator: "-"), version: prefix + parts.suffix(2).joined(separator: "-"))
    }

    private static func files(_ header: RpmHeader) -> [UInt8] {
        let directories = header.texts(Tag.directoryNames)
        var paths = PathList()
        for (name, index) in zip(header.texts(Tag.baseNames), header.numbers(Tag.directoryIndexes)) {
            guard directories.indices.contains(index) else { continue }
            paths.add(directories[index].drop { $0 == UInt8(ascii: "/") } + name)
        }
        return paths.bytes
    }

    /// Columns with tabs between them: name, version and release, five others with the vendor fifth, architecture, epoch,
    /// source package.
    private static func manifest(_ content: any RandomAccessBytes) throws -> Finding? {
        guard let bytes = try content.whole(limit: 64 << 20) else {
            throw InventoryError.tooLarge(what: "list of packages", limit: 64 << 20)
        }
        var finding = Finding()
        for line in bytes.split(separator: 0x0A) {
            let columns = line.split(separator: 0x09, omittingEmptySubsequences: false).map(\.text)
            guard columns.count >= 10, !columns[0].isEmpty, let hyphen = columns[1].firstIndex(of: "-") else {
                continue
            }
            finding.packages.append(
                package(
                    name: columns[0], version: String(columns[1][..<hyphen]),
                    release: String(columns[1][columns[1].index(after: hyphen)...]), epoch: Int(columns[8]),
                    architecture: columns[7], source: columns[9], vendor: columns[4], modularity: nil, licence: nil))
        }
        return finding
    }
}
