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
        if let info = try GoBuildInfo(program) { finding.packages += GoModules.packages(info) }
        if let section = program.section(".dep-v0") {
            finding.packages += try RustCrates.packages(program.bytes(of: section, limit: 16 << 20))
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
    }

    static func packages(_ section: [UInt8]) throws -> [Package] {
        let json = try Inflate.bytes(section, .zlib, limit: 64 << 20, what: "list of crates")
        let audit = try CanonicalJSON.decode(Audit.self, from: json, what: "list of crates")
        return audit.packages.filter { $0.kind != "build" && !$0.name.isEmpty }.map { entry in
            // A program that was installed from the registry is a crate of it like any other.
            let isOwn = entry.root == true && entry.source != "crates.io" && entry.source != "registry"
            return Package(
                type: .cargo, name: entry.name, version: entry.version, path: "",
                marks: isOwn ? [.applicationRoot] : [])
        }
    }
}
