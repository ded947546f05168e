import Advisories
import Inventory
import OCI

/// Scans images: reads their layers once, and looks their packages up in the database.
struct ImageScan: Sendable {
    /// What is looked at.
    struct Options: Sendable {
        var looksForSecrets = true
        var includesHidden = false
        var includesInformational = false
        /// Looks at other images of the base's repository that the store has.
        var comparesBases = false
        /// Further images that might be the base.
        var otherBases: [String] = []
    }

    let session: ImageSession
    /// The store's directory, where results are remembered.
    let root: String
    let database: AdvisoryDatabase
    let platform: Platform?
    var options = Options()

    /// What an image has.
    fileprivate struct Scanned: Sendable {
        var contents: ImageContents
        var inventory: ImageInventory
        var attribution: ImageAttribution?
        var result: VulnerabilityMatcher.Result
        var secrets: [SecretFinding]
    }

    /// Scans an image.
    ///
    /// - Parameters:
    ///   - base: an image whose findings are left out.
    ///   - maxAge: how old the data on the image's ecosystems may be.
    /// - Throws: `AdvisoriesError.outdated` and others, and what reading images throws.
    func report(
        on reference: String, filter: FindingFilter = FindingFilter(), base: String? = nil, maxAge: DatabaseAge? = nil
    ) async throws -> ScanReport {
        var scanned = try await scan(reference)
        let now = Timestamp.now()
        if let maxAge { try check(scanned.result, now: now, maxAge) }
        let image = scanned.contents.image
        var report = ScanReport(
            image: ScannedImage(
                ref: reference, digest: image?.descriptor.digest.description, repository: repository(reference, image)),
            subject: BillOfMaterials.Subject(
                reference: reference, digest: image?.descriptor.digest, platform: image?.config.platform),
            inventory: scanned.inventory, attribution: scanned.attribution,
            created: created(image), time: now)
        if let base {
            let known = try await scan(base)
            report.knownInBase = scanned.removeKnown(to: known)
        }
        report.uncovered = scanned.result.uncovered.mapValues(\.count)
        report.dates = scanned.result.dates
        filter.apply(scanned.result.findings, to: &report)
        filter.apply(scanned.secrets, to: &report)
        var matcher = matcher(scanned.inventory, nil)
        report.upgrades = try matcher.upgrades(for: report.findings)
        report.buildStages = AvoidablePackages.forBuilding(report.findings)
        if let attribution = scanned.attribution, let image {
            report.recommended = AvoidablePackages.onlyRecommended(
                report.findings, in: scanned.inventory, layers: attribution.layers,
                texts: image.config.history.compactMap(\.createdBy))
        }
        if options.comparesBases { report.bases = try await bases(for: report, filter) }
        return report
    }

    /// No more of the store's images are looked at.
    private static let baseLimit = 8

    /// What other bases would change: those that were named, and the store's images of the same repository.
    private func bases(for report: ScanReport, _ filter: FindingFilter) async throws -> [BaseAdvice] {
        guard let base = report.attribution?.layers.first(where: { $0.isBase == true })?.baseName,
            let present = try? Reference(parsing: base).withDefaultTag
        else { return [] }
        let stored = try session.store.listImages().map(\.name)
            .filter { $0.repository == present.repository && $0 != present && $0.tag != nil }
            .map(\.familiar).filter { !options.otherBases.contains($0) }
        var result: [BaseAdvice] = []
        for candidate in options.otherBases + stored.prefix(Self.baseLimit) {
            let other = try await scan(candidate)
            var counted = report
            counted.findings = []
            filter.apply(other.result.findings, to: &counted)
            result.append(
                BaseAdvice(
                    base: present.familiar, candidate: candidate, findings: report.findings, other: counted.findings))
        }
        return result.filter { $0.isWorthwhile || options.otherBases.contains($0.candidate) }
            .sorted { ($1.gone - $1.added, $0.candidate) < ($0.gone - $0.added, $1.candidate) }
    }

    private func matcher(_ inventory: ImageInventory, _ attribution: ImageAttribution?) -> VulnerabilityMatcher {
        VulnerabilityMatcher(
            database, distribution: inventory.distribution, attribution: attribution,
            includesInformational: options.includesInformational)
    }

    private func scan(_ reference: String) async throws -> Scanned {
        let contents = try await ImageContents(reference, session: session, platform: platform)
        let secrets = SecretReader(root: root, isOn: options.looksForSecrets)
        let inventory = try await InventoryReader(contents, root: root).read { secrets.riders(for: $0) }
        let attribution = try await contents.attribution()
        var matcher = matcher(inventory, attribution)
        let packages = inventory.packages + (options.includesHidden ? inventory.hiddenPackages : [])
        return Scanned(
            contents: contents, inventory: inventory, attribution: attribution, result: try matcher.match(packages),
            secrets: secrets.findings(of: contents.layers)
                + (options.looksForSecrets
                    ? contents.image.map { ConfigurationSecrets.findings(in: $0.config) } ?? [] : []))
    }

    private func check(_ result: VulnerabilityMatcher.Result, now: Int64, _ limit: DatabaseAge) throws(AdvisoriesError)
    {
        for (ecosystem, date) in result.dates {
            // Without data there is no age; without a date nobody can tell.
            guard let date else { continue }
            let age = now - (Timestamp.seconds(date: date) ?? 0)
            if age > limit.seconds {
                throw .outdated(ecosystem: ecosystem.key, days: Int(age / 86_400), limit: limit.text)
            }
        }
    }

    /// The repository of the image's name, for statements about images; nil for what has no name.
    private func repository(_ reference: String, _ image: LocatedImage?) -> String? {
        switch try? ImageName(parsing: reference) {
        case .store(let name), .registry(let name): name.path
        case .ociLayout(_, let name?), .ociArchive(_, let name?), .dockerArchive(_, let name?):
            (try? Reference(parsing: name))?.path
        default: nil
        }
    }

    /// The time that documents about the image bear: the image's own, so that they are the same on every run.
    private func created(_ image: LocatedImage?) -> String {
        let seconds = environment("SOURCE_DATE_EPOCH").flatMap { Int64($0) }
        return Timestamp.text(seconds ?? image?.config.created.flatMap(Timestamp.seconds(date:)) ?? 0)
    }
}

extension ImageScan.Scanned {
    /// Takes out what another image has, too.
    ///
    /// - Returns: how many findings that were.
    fileprivate mutating func removeKnown(to other: Self) -> Int {
        let known = Set(other.result.findings.map(\.identity))
        let count = result.findings.count
        result.findings.removeAll { known.contains($0.identity) }
        let secretsKnown = Set(other.secrets.map { [$0.rule, $0.path, $0.excerpt] })
        secrets.removeAll { secretsKnown.contains([$0.rule, $0.path, $0.excerpt]) }
        return count - result.findings.count
    }
}

extension ScanReport {
    /// What the reader of a document would not see: packages and ecosystems that were not covered.
    var gaps: [String] {
        let missing = dates.filter { $0.date == nil }.map(\.ecosystem.key)
        return missing.isEmpty ? [] : ["the advisory database has nothing on \(missing.joined(separator: ", "))"]
    }
}
