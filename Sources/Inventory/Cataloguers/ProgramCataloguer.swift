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

/// The modules in a Go program.
enum GoModules {
    static func packages(_ info: GoBuildInfo) -> [Package] {
        var modules: [(name: String, version: String, isMain: Bool)] = []
        for line in info.modules {
            let fields = line.split(separator: 0x09, omittingEmptySubsequences: false).map(\.text)
            guard fields.count >= 2, !fields[1].isEmpty else { continue }
            switch fields[0] {
            case "mod": modules.append((fields[1], fields.count > 2 ? fields[2] : "", true))
            case "dep": modules.append((fields[1], fields.count > 2 ? fields[2] : "", false))
            case "=>":
                // A replacement without a version is a directory on the builder's disk: the module is still that one.
                guard fields.count > 2, !fields[2].isEmpty, let last = modules.popLast() else { continue }
                modules.append((fields[1], fields[2], last.isMain))
            default: break
            }
        }
        var packages = modules.map { module in
            Package(
                type: .golang, name: module.name, version: module.version == "(devel)" ? "" : module.version, path: "",
                marks: module.isMain ? [.applicationRoot] : [])
        }
        if let version = standardLibrary(info.version) {
            packages.append(Package(type: .golang, name: "stdlib", version: version, path: ""))
        }
        return packages
    }

    /// `go1.26.5 (Red Hat …)`, `go1.21.0 X:nocoverageredesign`, `go1.22.1-X:…`; nil for a toolchain without a version.
    private static func standardLibrary(_ text: String) -> String? {
        guard text.hasPrefix("go") else { return nil }
        var version = text.dropFirst(2).prefix { $0 != " " }
        if let experiment = version.firstIndex(of: "X"), experiment > version.startIndex {
            let before = version.index(before: experiment)
            if version[before] == "-" { version = version[..<before] }
        }
        return version.first?.isNumber == true ? String(version) : nil
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
