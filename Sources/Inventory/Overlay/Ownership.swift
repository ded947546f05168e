import OCI

/// Which files belong to which packages, by the packages' own lists.
struct Ownership: Sendable {
    /// Whose files they are, in the terms of the image.
    private enum Owner: Hashable {
        case dpkg(String)
        case record(PathBytes)
        case package(type: PackageType, name: String, version: String, architecture: String?, record: PathBytes)

        init(_ package: Package, record: PathBytes) {
            self = .package(
                type: package.type, name: package.name, version: package.version, architecture: package.architecture,
                record: record)
        }
    }

    private var claims: [Owner: [OwnedFiles]] = [:]

    /// Notes what files say. What earlier layers said stays known, unless it is said anew.
    mutating func add(_ files: some Collection<LayerStack.File>) {
        var fresh: [Owner: [OwnedFiles]] = [:]
        for file in files {
            for claim in file.finding.claims {
                let owner: Owner
                switch claim.owner {
                case .dpkg(let name): owner = .dpkg(name)
                case .neighbour:
                    owner = .record(PathBytes(file.path[..<(file.path.lastIndex(of: UInt8(ascii: "/")) ?? 0)]))
                case .withoutSuffix(let length): owner = .record(PathBytes(file.path.dropLast(length)))
                case .package(let index):
                    guard file.finding.packages.indices.contains(index) else { continue }
                    owner = Owner(file.finding.packages[index], record: file.path)
                }
                fresh[owner, default: []].append(Self.files(claim.files, record: file.path))
            }
        }
        claims.merge(fresh) { _, new in new }
    }

    private static func files(_ files: Finding.Files, record: PathBytes) -> OwnedFiles {
        switch files {
        case .these(let files): files
        case .itself: .list(record + [0x0A])
        case .siblings: .directories(record[..<(record.lastIndex(of: UInt8(ascii: "/")) ?? 0)] + [0x0A])
        }
    }

    /// The files of a package.
    ///
    /// - Parameter record: the file that says that it is there.
    func files(of package: Package, record: PathBytes) -> [OwnedFiles] {
        var found = claims[Owner(package, record: record)] ?? []
        switch package.type {
        case .deb:
            let named = package.architecture.flatMap { claims[.dpkg(package.name + ":" + $0)] }
            found += named ?? claims[.dpkg(package.name)] ?? []
            found += claims[.record(record)] ?? []
        case .pypi:
            found += claims[.record(record)] ?? []
            if let slash = record.lastIndex(of: UInt8(ascii: "/")) {
                found += claims[.record(PathBytes(record[..<slash]))] ?? []
            }
        default: break
        }
        return found
    }

    /// Those of the paths that belong to a package of the distribution.
    ///
    /// - Parameter paths: files, by every path that leads to them.
    func owned(_ paths: [PathBytes: PathBytes], by packages: [RecordedPackage]) -> Set<PathBytes> {
        let owners = owners(of: paths, among: packages) {
            $0.type.isOfDistribution && !$0.marks.contains(.thirdParty)
        }
        return Set(owners.keys)
    }

    /// Which of the packages list the files: of each its first.
    ///
    /// - Parameters:
    ///   - paths: files, by every path that leads to them.
    ///   - condition: of the packages that count.
    func owners(
        of paths: [PathBytes: PathBytes], among packages: [RecordedPackage], where condition: (Package) -> Bool
    ) -> [PathBytes: Int] {
        guard !paths.isEmpty else { return [:] }
        var wanted: [UInt64: [(path: PathBytes, file: PathBytes)]] = [:]
        for (path, file) in paths { wanted[PathHash(of: path).value, default: []].append((path, file)) }
        var owners: [PathBytes: Int] = [:]
        for (position, recorded) in packages.enumerated() where condition(recorded.package) {
            for case .list(let bytes) in files(of: recorded.package, record: recorded.record) {
                Self.forEachLine(bytes) { line, hash in
                    for candidate in wanted[hash] ?? []
                    where candidate.path.elementsEqual(line) && owners[candidate.file] == nil {
                        owners[candidate.file] = position
                    }
                }
            }
        }
        return owners
    }

    /// The lines with their hashes; a line is made up only where it is asked for.
    private static func forEachLine(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>, UInt64) -> Void) {
        bytes.withUnsafeBufferPointer { buffer in
            var start = 0
            var hash = PathHash()
            for (index, byte) in buffer.enumerated() {
                if byte == 0x0A {
                    body(bytes[start..<index], hash.value)
                    start = index + 1
                    hash = PathHash()
                } else {
                    hash.add(byte)
                }
            }
        }
    }
}
