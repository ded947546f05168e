import OCI

extension LayerInventory {
    /// The form in which a layer's inventory is kept.
    var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.number(UInt64(uncompressedSize))
        writer.list(events) { $0.event($1) }
        for set in [directories, others] { writer.hashes(set.hashes) }
        writer.list(warnings) { writer, warning in
            writer.text(warning.path)
            writer.text(warning.reason)
        }
        return writer.bytes
    }

    /// - Throws: ``InventoryError/unusableCache(reason:)``.
    init(encoded bytes: [UInt8]) throws(InventoryError) {
        var reader = BinaryReader(bytes)
        uncompressedSize = Int64(clamping: try reader.number())
        events = try reader.list { reader throws(InventoryError) in try reader.event() }
        directories = PathSet(hashes: try reader.hashes())
        others = PathSet(hashes: try reader.hashes())
        warnings = try reader.list { reader throws(InventoryError) in
            Warning(path: try reader.text(), reason: try reader.text())
        }
        guard reader.isAtEnd else { throw .unusableCache(reason: "something follows it") }
    }
}

extension BinaryWriter {
    fileprivate mutating func hashes(_ hashes: Set<UInt64>) {
        // As plain words: they are random, and there are many.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * 8)
        for hash in hashes.sorted() { withUnsafeBytes(of: hash.littleEndian) { bytes += $0 } }
        data(bytes)
    }

    fileprivate mutating func event(_ event: LayerInventory.Event) {
        switch event {
        case .deletes(let path):
            number(0)
            data(path)
        case .opaque(let path):
            number(1)
            data(path)
        case .symlink(let path, let target):
            number(2)
            data(path)
            data(target)
        case .link(let path, let target):
            number(3)
            data(path)
            data(target)
        case .found(let path, let finding):
            number(4)
            data(path)
            list(finding.packages) { $0.package($1) }
            list(finding.claims) { $0.claim($1) }
            list(finding.distribution.map { [$0] } ?? []) { $0.distribution($1) }
            list(finding.requirements.rows) { $0.requirements($1) }
            optional(finding.checksums?.sha1)
            optional(finding.checksums?.sha256)
        }
    }

    private mutating func package(_ package: Package) {
        text(package.type.rawValue)
        text(package.name)
        text(package.version)
        text(package.path)
        optional(package.source?.name)
        optional(package.source?.version)
        optional(package.architecture)
        optional(package.epoch.map(String.init))
        optional(package.release)
        optional(package.modularity)
        optional(package.vendor)
        list(package.licences) { $0.text($1) }
        list(package.marks.map(\.rawValue).sorted()) { $0.text($1) }
    }

    private mutating func claim(_ claim: Finding.Claim) {
        switch claim.owner {
        case .package(let index):
            number(0)
            number(UInt64(index))
        case .dpkg(let name):
            number(1)
            text(name)
        case .neighbour: number(2)
        case .withoutSuffix(let length):
            number(3)
            number(UInt64(length))
        }
        switch claim.files {
        case .these(.list(let paths)):
            number(0)
            data(paths)
        case .these(.directories(let paths)):
            number(1)
            data(paths)
        case .itself: number(2)
        case .siblings: number(3)
        }
    }

    private mutating func requirements(_ requirements: PackageRequirements?) {
        guard let requirements else {
            number(0)
            return
        }
        number(requirements.isEssential ? 2 : 1)
        list(requirements.packages) { $0.number(UInt64($1)) }
        data(requirements.choices.bytes)
        data(requirements.provides.bytes)
    }

    private mutating func distribution(_ distribution: Distribution) {
        text(distribution.id)
        list(distribution.idLike) { $0.text($1) }
        optional(distribution.versionID)
        optional(distribution.codename)
        optional(distribution.prettyName)
        optional(distribution.cpe)
    }
}

extension BinaryReader {
    fileprivate mutating func hashes() throws(InventoryError) -> Set<UInt64> {
        let bytes = try data()
        var hashes = Set<UInt64>(minimumCapacity: bytes.count / 8)
        bytes.withUnsafeBytes { buffer in
            for offset in stride(from: 0, to: buffer.count - 7, by: 8) {
                hashes.insert(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            }
        }
        return hashes
    }

    fileprivate mutating func event() throws(InventoryError) -> LayerInventory.Event {
        switch try number() {
        case 0: return .deletes(try data())
        case 1: return .opaque(try data())
        case 2: return .symlink(try data(), target: try data())
        case 3: return .link(try data(), target: try data())
        case 4:
            let path = try data()
            let packages = try list { reader throws(InventoryError) in try reader.package() }
            let claims = try list { reader throws(InventoryError) in try reader.claim() }
            let distributions = try list { reader throws(InventoryError) in try reader.distribution() }
            let rows = try list { reader throws(InventoryError) in try reader.requirements() }
            var requirements = RequirementTable()
            for row in rows { requirements.append(row) }
            let short = try optional()
            let long = try optional()
            return .found(
                path,
                Finding(
                    packages: packages, claims: claims, distribution: distributions.first,
                    requirements: requirements,
                    checksums: short.flatMap { short in long.map { FileChecksums(sha1: short, sha256: $0) } }))
        default: throw .unusableCache(reason: "it has an unknown kind of event")
        }
    }

    private mutating func package() throws(InventoryError) -> Package {
        guard let type = PackageType(rawValue: try text()) else { throw .unusableCache(reason: "an unknown type") }
        var package = Package(type: type, name: try text(), version: try text(), path: try text())
        let sourceName = try optional()
        let sourceVersion = try optional()
        if let sourceName, let sourceVersion {
            package.source = Package.SourcePackage(name: sourceName, version: sourceVersion)
        }
        package.architecture = try optional()
        package.epoch = try optional().flatMap { Int($0) }
        package.release = try optional()
        package.modularity = try optional()
        package.vendor = try optional()
        package.licences = try list { reader throws(InventoryError) in try reader.text() }
        let marks = try list { reader throws(InventoryError) in try reader.text() }
        package.marks = Set(marks.compactMap { Package.Mark(rawValue: $0) })
        return package
    }

    private mutating func claim() throws(InventoryError) -> Finding.Claim {
        let owner: Finding.Owner
        switch try number() {
        case 0: owner = .package(Int(clamping: try number()))
        case 1: owner = .dpkg(try text())
        case 2: owner = .neighbour
        case 3: owner = .withoutSuffix(Int(clamping: try number()))
        default: throw .unusableCache(reason: "it has an unknown kind of owner")
        }
        switch try number() {
        case 0: return Finding.Claim(owner: owner, files: .these(.list(try data())))
        case 1: return Finding.Claim(owner: owner, files: .these(.directories(try data())))
        case 2: return Finding.Claim(owner: owner, files: .itself)
        case 3: return Finding.Claim(owner: owner, files: .siblings)
        default: throw .unusableCache(reason: "it has an unknown kind of files")
        }
    }

    private mutating func requirements() throws(InventoryError) -> PackageRequirements? {
        let kind = try number()
        guard kind != 0 else { return nil }
        let packages = try list { reader throws(InventoryError) in Int(clamping: try reader.number()) }
        return PackageRequirements(
            packages: packages, choices: ChoiceList(bytes: try data()), provides: ChoiceList(bytes: try data()),
            isEssential: kind == 2)
    }

    private mutating func distribution() throws(InventoryError) -> Distribution {
        Distribution(
            id: try text(), idLike: try list { reader throws(InventoryError) in try reader.text() },
            versionID: try optional(), codename: try optional(), prettyName: try optional(), cpe: try optional())
    }
}
