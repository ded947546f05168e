// A libFuzzer target for the readers of package records. `scripts/fuzz build inventory` compiles it together with the sources of
// Inventory, apart from the package, because the fuzzer brings its own main: see CONTRIBUTING.md.

import Glibc
import LayerFormat
import OCI

/// The readers, each with a name under which it reads a file.
private let readers = [
    "distribution": "etc/os-release", "alpine-release": "etc/alpine-release", "redhat-release": "etc/redhat-release",
    "dpkg": "var/lib/dpkg/status", "dpkg-distroless": "var/lib/dpkg/status.d/a",
    "dpkg-list": "var/lib/dpkg/info/a.list",
    "dpkg-md5sums": "var/lib/dpkg/status.d/a.md5sums", "apk": "lib/apk/db/installed",
    "rpm-sqlite": "var/lib/rpm/rpmdb.sqlite", "rpm-berkeley": "var/lib/rpm/Packages",
    "rpm-native": "var/lib/rpm/Packages.db", "rpm-manifest": "var/lib/rpmmanifest/container-manifest-2",
    "sbom": "var/lib/db/sbom/a.spdx.json", "npm": "app/node_modules/a/package.json",
    "python": "a.dist-info/METADATA", "python-record": "a.dist-info/RECORD", "egg": "a.egg",
    "conda": "conda-meta/a.json", "gemspec": "specifications/a.gemspec", "composer": "vendor/composer/installed.json",
    "dotnet": "a.deps.json", "java": "a.jar", "program": "usr/bin/a",
]

/// What is fuzzed besides: text and bytes that are no file of an image.
private let texts: [String: FuzzBodies.Body] = [
    "purl": { input in
        guard let url = try? PackageURL(parsing: String(decoding: input, as: UTF8.self), .lenient) else { return }
        precondition((try? PackageURL(parsing: url.description)) == url, "\(url) does not come back")
    },
    "remembered": { _ = try? LayerInventory(encoded: $0) },
    "licence": { _ = LicenceExpression.spdx([String(decoding: $0, as: UTF8.self)]) },
    "rpm-header": { bytes in
        guard let header = try? RpmHeader(bytes) else { return }
        for tag in [1000, 1003, 1116, 1117, 5096] { _ = (header.text(tag), header.texts(tag), header.numbers(tag)) }
        _ = RpmRequirements.read(header)
    },
    "python-marker": { bytes in
        let place = PythonPlace(Array("usr/lib/python3.11/site-packages/a.dist-info/METADATA".utf8))
        _ = PythonMarker.holds(String(decoding: bytes, as: UTF8.self)[...], at: place)
    },
    "rust": { _ = try? RustCrates.read($0) },
]

private let bodies = FuzzBodies(texts.merging(readers.mapValues(reading), uniquingKeysWith: { text, _ in text }))

private func reading(_ path: String) -> FuzzBodies.Body { { read($0, as: Array(path.utf8)) } }

/// Runs one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzInventory(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    bodies.run(data, size)
    return 0
}

private func read(_ input: [UInt8], as path: PathBytes) {
    let facts = FileFacts(path: path, isExecutable: true, size: Int64(max(input.count, 4_096)))
    guard let cataloguer = Cataloguers.cataloguer(for: facts) else {
        preconditionFailure("nobody wants \(path.text)")
    }
    do {
        guard let finding = try cataloguer.read(MemoryBytes(input), of: facts) else { return }
        check(finding, path)
    } catch {
        precondition(!"\(error)".isEmpty, "an error without a message")
    }
}

/// What was found can be remembered, put together and written down.
private func check(_ finding: Finding, _ path: PathBytes) {
    var layer = LayerInventory()
    layer.events = [.found(path, finding)]
    var plain = layer
    if case .found(let path, var finding) = layer.events[0] {
        finding.warnings = []
        plain.events = [.found(path, finding)]
    }
    precondition((try? LayerInventory(encoded: layer.encoded)) == plain, "a layer is not what was remembered")
    let image = ImageInventory(layers: [(nil, layer)])
    for package in image.packages {
        precondition(!package.name.isEmpty, "a package without a name")
        if let url = package.purl {
            precondition((try? PackageURL(parsing: url.description)) == url, "\(url) does not come back")
        }
    }
    let graph = image.graph()
    precondition(graph.dependencies.count == image.packages.count, "a package without a place in the graph")
    for (package, targets) in graph.dependencies.enumerated() {
        precondition((targets ?? []).allSatisfy { image.packages.indices.contains($0) && $0 != package })
    }
    _ = image.needed(by: image.packages.prefix(1))
    let bill = BillOfMaterials(
        subject: .init(reference: "fuzz"), inventory: image, attribution: nil, created: "1970-01-01T00:00:00Z",
        toolVersion: "0")
    do {
        _ = try SPDXDocument.bytes(bill)
        _ = try CycloneDXDocument.bytes(bill)
        _ = try PackageListDocument.bytes(bill)
    } catch {
        preconditionFailure("\(error)")
    }
}
