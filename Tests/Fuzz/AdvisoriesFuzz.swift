// A libFuzzer target for what the scanner reads: advisories in every form, statements about them, ignore files, versions of
// every ecosystem, files that may hold secrets. `scripts/fuzz build advisories` compiles it together with the sources of Advisories:
// see CONTRIBUTING.md.

import Glibc
import Inventory
import OCI

/// Counts what an import finds, and keeps nothing.
private final class CountingSink: ImportSink {
    var count = 0

    func add(_ advisory: Advisory) {
        count += 1
        for affected in advisory.affected {
            let order = Ecosystem(affected.ecosystem).versionOrder ?? .semver
            _ = affected.verdict(on: "1.2.3", order: order)
            let kept = AffectedPackage(ecosystem: affected.ecosystem, name: affected.name, text: affected.text)
            precondition(
                AffectedPackage(ecosystem: kept.ecosystem, name: kept.name, text: kept.text) == kept,
                "what is kept is not what is read again")
        }
        _ = CVSS.best(of: advisory.vectors)
    }
    func add(_ exploited: KnownExploited) { count += 1 }
    func add(_ probability: ExploitProbability) {
        precondition((0...1).contains(probability.score), "no probability")
        count += 1
    }
    func note(documentDate: String) { _ = Timestamp.seconds(date: documentDate) }
}

private func read(_ bytes: [UInt8], as format: any AdvisoryFormat.Type) {
    do throws(JSONFault) {
        try format.read(bytes, into: CountingSink())
    } catch {
        precondition(error.offset >= 0 && error.offset <= bytes.count, "a fault outside of the text")
    }
}

/// Two versions, and a third between them, a line each.
private func compare(_ order: VersionOrder) -> FuzzBodies.Body {
    { bytes in
        let texts = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard texts.count == 3 else { return }
        func sign(_ left: Int, _ right: Int) -> Int { order.compare(texts[left], texts[right]).signum() }
        for (left, right) in [(0, 1), (0, 2), (1, 2)] {
            precondition(sign(left, right) == -sign(right, left), "the order depends on who asks")
        }
        for index in 0..<3 { precondition(sign(index, index) == 0, "a version is not itself") }
        // A pattern, which is equal to versions that are not the same.
        if order == .composer && bytes.contains(UInt8(ascii: "#")) { return }
        for (a, b, c) in [(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0), (2, 1, 0)]
        where sign(a, b) <= 0 && sign(b, c) <= 0 {
            precondition(sign(a, c) <= 0, "the order goes round in a circle")
        }
    }
}

private let image = ScannedImage(ref: "a", digest: nil, repository: "library/a")
private let finding = Finding(
    id: "CVE-2024-1", aliases: ["GHSA-1"],
    package: Package(
        type: .pypi, name: "requests", version: "2.0", path: "opt/venv/requests",
        purl: try? PackageURL(parsing: "pkg:pypi/requests@2.0", .lenient)),
    fixedVersion: nil, status: .unfixed, severity: .high)

private let bodies: FuzzBodies = {
    var bodies: [String: FuzzBodies.Body] = [
        "osv": { read($0, as: OSVFormat.self) }, "secdb": { read($0, as: SecurityDatabaseFormat.self) },
        "kev": { read($0, as: KnownExploitedFormat.self) },
        "debian-tracker": { read($0, as: DebianTrackerFormat.self) },
        "advisory-list": { read($0, as: AdvisoryListFormat.self) },
        "shape": { bytes in
            guard let shape = try? DocumentShape(bytes) else { return }
            precondition(JSONCursor.isValue(bytes), "a shape of no document")
            for format in AdvisoryFormats.all where format.recognizes(shape) { read(bytes, as: format) }
        },
        "epss": { bytes in
            let sink = CountingSink()
            for line in bytes.split(separator: 0x0A) {
                _ = ExploitProbabilityFormat.recognizes(firstLine: Array(line))
                _ = ExploitProbabilityFormat.read(line: Array(line), into: sink)
            }
        },
        "condition": { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            for interval in VersionCondition.intervals(text) ?? [] { _ = interval.contains("1.2.3", order: .semver) }
        },
        "vex": { bytes in
            var statements = VEXStatements()
            try? statements.read(bytes, file: "vex.json")
            _ = statements.suppression(of: finding, in: image)
        },
        "ignore-text": ignoreFile(named: "ignore"), "ignore-yaml": ignoreFile(named: "ignore.yaml"),
        "glob": { bytes in
            let parts = bytes.split(separator: 0x0A, maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
            if parts.count == 2 { _ = PathGlob.matches(parts[0], parts[1]) }
        },
        "cvss": { bytes in
            guard let cvss = CVSS(String(decoding: bytes, as: UTF8.self)) else { return }
            precondition((0...10).contains(cvss.score), "a score of \(cvss.score)")
        },
        "date": { _ = Timestamp.seconds(date: String(decoding: $0, as: UTF8.self)) },
        "secrets": { bytes in
            for hit in SecretScanner.hits(in: bytes) + SecretAssignments.hits(in: bytes) {
                precondition((0...bytes.count).contains(hit.offset), "a secret outside of the text")
            }
        },
        "archive": archive,
    ]
    for order in VersionOrder.allCases { bodies["version-\(order.rawValue)"] = compare(order) }
    return FuzzBodies(bodies)
}()

private func ignoreFile(named name: String) -> FuzzBodies.Body {
    { bytes in
        guard let file = try? IgnoreFile(bytes, file: name) else { return }
        _ = file.suppression(of: finding, now: 1_800_000_000)
        _ = file.expired(now: 1_800_000_000)
    }
}

/// Safe: the fuzzer calls from one thread.
nonisolated(unsafe) private let scratch = tmpfile()

/// A file that is imported: compressed, or with several others in it.
private func archive(_ bytes: [UInt8]) {
    guard let file = scratch else { return }
    let descriptor = fileno(file)
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { return }
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
        }
        guard count > 0 else { return }
        written += count
    }
    let sink = CountingSink()
    do throws(AdvisoriesError) {
        try ImportFile(path: "/proc/self/fd/\(descriptor)").forEachEntry { (entry) throws(AdvisoriesError) in
            var text = ImportText(entry)
            guard try text.firstByte() != nil else { return }
            if try text.isLines() {
                while let line = try text.line() { try? OSVFormat.read(line, into: sink) }
            } else {
                try? OSVFormat.read(try text.rest(), into: sink)
            }
        }
    } catch {
        precondition(!error.description.isEmpty, "an error without a message")
    }
}

/// Runs one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAdvisories(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    bodies.run(data, size)
    return 0
}
