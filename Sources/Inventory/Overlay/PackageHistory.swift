import OCI

/// A package with the file that says that it is there.
struct RecordedPackage {
    var package: Package
    let file: File
    /// Which of the file's packages it is.
    let index: Int

    /// The record. One for all of its packages, of which there can be many.
    final class File: Sendable {
        let path: PathBytes
        let finding: Finding

        init(_ file: LayerStack.File) {
            path = file.path
            finding = file.finding
        }
    }

    /// The record's path.
    var record: PathBytes { file.path }
    /// What it requires; nil when its record does not say.
    var requirements: PackageRequirements? { file.finding.requirements[index] }
}

/// What makes two packages of an image the same one. A distribution's package is in one list, wherever that list is kept.
struct PackageKey: Hashable {
    let type: PackageType
    let name: String
    let version: String
    let architecture: String?
    let path: String

    init(_ package: Package) {
        type = package.type
        name = package.name
        version = package.version
        architecture = package.architecture
        path = package.type.isOfDistribution ? "" : package.path
    }

    /// - Parameters:
    ///   - package: as its finding has it.
    ///   - record: the path of the finding.
    init(_ package: Package, record: String) {
        var package = package
        package.path = record + package.path
        self.init(package)
    }
}

/// Which layer brought which package: follows the packages through the layers.
struct PackageHistory {
    private var current: [PackageKey: RecordedPackage] = [:]
    /// Packages that some layer had and the last does not show.
    private var former: [PackageKey: RecordedPackage] = [:]

    /// The packages that the last layer shows.
    var present: [RecordedPackage] { Array(current.values) }
    /// The packages that are hidden, each as it was last.
    var gone: [RecordedPackage] { former.filter { current[$0.key] == nil }.map(\.value) }

    /// Compares what is shown after a layer with what was shown before it.
    mutating func add(_ files: some Collection<LayerStack.File>, at place: Package.LayerPlace) {
        var next: [PackageKey: RecordedPackage] = [:]
        for file in Self.relevant(files) {
            let source = RecordedPackage.File(file)
            let path = file.path.text
            for (index, package) in file.finding.packages.enumerated() {
                var package = package
                package.record = path
                package.path = package.path.isEmpty ? path : path + package.path
                let key = PackageKey(package)
                // Which of two equal records counts must not depend on the order of a dictionary.
                if let other = next[key], other.record.lexicographicallyPrecedes(file.path) { continue }
                package.layer = current[key]?.package.layer ?? place
                next[key] = RecordedPackage(package: package, file: source, index: index)
            }
        }
        for (key, recorded) in current where next[key] == nil {
            var recorded = recorded
            recorded.package.removedBy = place
            former[key] = recorded
        }
        current = next
    }

    /// An rpm database of an older form, left lying beside a newer one, does not count; a distribution's description of a
    /// package only where its package manager's list is missing.
    private static func relevant(_ files: some Collection<LayerStack.File>) -> [LayerStack.File] {
        let databases = files.filter { RpmCataloguer.rank(of: $0.path) != nil }
        guard databases.count > 1 else { return Array(files) }
        let best = databases.compactMap { RpmCataloguer.rank(of: $0.path) }.min() ?? 0
        return files.filter { file in RpmCataloguer.rank(of: file.path).map { $0 == best } ?? true }
    }
}
