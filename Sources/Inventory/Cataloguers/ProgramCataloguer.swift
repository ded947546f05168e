import LayerFormat
import OCI

/// Programs that say what is linked into them: Go's, and Rust's that were built with their list of crates.
struct ProgramCataloguer: Cataloguer {
    var dependsOnPath: Bool { false }

    /// Anything smaller is a script or a text.
    private static let smallest: Int64 = 4_096

    func wants(_ file: FileFacts) -> Bool { file.isExecutable && file.size >= Self.smallest }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let program = try ProgramFile(content) else { return nil }
        var finding = Finding()
        if let info = try GoBuildInfo(program) {
            let packages = GoModules.packages(info)
            for package in packages {
                // It is stated what the program is made of, not which of its modules uses which.
                let others = packages.indices.filter { !packages[$0].isApplicationRoot }
                finding.add(package, package.isApplicationRoot ? PackageRequirements(packages: others) : nil)
            }
        }
        if let section = program.section(".dep-v0") {
            let first = finding.packages.count
            for crate in try RustCrates.read(program.bytes(of: section, limit: 16 << 20)) {
                finding.add(crate.package, PackageRequirements(packages: crate.dependencies.map { first + $0 }))
            }
        }
        guard !finding.packages.isEmpty else { return nil }
        // One of several packages in a file; the first is the program's own where it has one.
        finding.claims = [.init(owner: .package(0), files: .itself)]
        return finding
    }
}

/// The crates in a Rust program.
enum RustCrates {
    private struct Audit: Decodable {
        var packages: [Entry]
    }

    private struct Entry: Decodable {
        var name: String
        var version: String
        var source: String?
        var kind: String?
        var root: Bool?
        var dependencies: LenientList<Int>?
    }

    /// The crates, each with the indices of those that it depends on.
    static func read(_ section: [UInt8]) throws -> [(package: Package, dependencies: [Int])] {
        let json = try Inflate.bytes(section, .zlib, limit: 64 << 20, what: "list of crates")
        let audit = try CanonicalJSON.decode(Audit.self, from: json, what: "list of crates")
        let kept = audit.packages.indices.filter {
            audit.packages[$0].kind != "build" && !audit.packages[$0].name.isEmpty
        }
        let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        return kept.map { index in
            let entry = audit.packages[index]
            // A program that was installed from the registry is a crate of it like any other.
            let isOwn = entry.root == true && entry.source != "crates.io" && entry.source != "registry"
            let package = Package(
                type: .cargo, name: entry.name, version: entry.version, path: "",
                marks: isOwn ? [.applicationRoot] : [])
            return (package, (entry.dependencies?.elements ?? []).compactMap { places[$0] })
        }
    }
}
