// A libFuzzer target for the readers of package records, compiled together with them. `scripts/fuzz inventory` builds and runs it.

import LayerFormat
import OCI

/// Names under which the inputs are read: one for each kind of record, and for each form of it.
private let paths = [
    "etc/os-release", "var/lib/dpkg/status", "var/lib/dpkg/info/a.list", "lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages", "var/lib/rpm/Packages.db",
    "var/lib/rpmmanifest/container-manifest-2", "var/lib/db/sbom/a.spdx.json", "app/node_modules/a/package.json",
    "a.dist-info/METADATA", "a.dist-info/RECORD", "a.egg", "conda-meta/a.json", "specifications/a.gemspec",
    "vendor/composer/installed.json", "a.deps.json", "a.jar", "usr/bin/a",
]

/// Runs one input. The first byte selects what is fuzzed, so that one corpus serves all.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzInventory(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    guard let selector = bytes.first.map(Int.init) else { return 0 }
    let input = Array(bytes.dropFirst())
    if selector % (paths.count + 3) >= paths.count {
        fuzzText(input, selector)
        return 0
    }
    let path = Array(paths[selector % (paths.count + 3)].utf8)
    let facts = FileFacts(path: path, isExecutable: true, size: Int64(max(input.count, 4_096)))
    guard let cataloguer = Cataloguers.cataloguer(for: facts) else {
        preconditionFailure("nobody wants \(paths[selector % paths.count])")
    }
    do {
        guard let finding = try cataloguer.read(MemoryBytes(input), of: facts) else { return 0 }
        check(finding, path)
    } catch {
        precondition(!"\(error)".isEmpty, "an error without a message")
    }
    return 0
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

private func fuzzText(_ input: [UInt8], _ selector: Int) {
    switch selector % 3 {
    case 0:
        guard let url = try? PackageURL(parsing: String(decoding: input, as: UTF8.self), .lenient) else { return }
        precondition((try? PackageURL(parsing: url.description)) == url, "\(url) does not come back")
    case 1: _ = try? LayerInventory(encoded: input)
    default: _ = LicenceExpression.spdx([String(decoding: input, as: UTF8.self)])
    }
}
