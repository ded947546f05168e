import OCI

/// The packages of an image, or of a plain root file system.
public struct ImageInventory: Sendable {
    /// The distribution; nil in an image that is not made of one.
    public let distribution: Distribution?
    /// The packages that the image shows, in order. A package of a language that belongs to the distribution's package
    /// is not among them.
    public let packages: [Package]
    /// The packages that some layer ships and a later one hides, in order.
    public let hiddenPackages: [Package]
    /// Bytes of the layers' tars; 0 for a plain root file system.
    public let uncompressedSize: Int64
    /// Files that could not be read.
    public let warnings: [LayerInventory.Warning]

    private let ownership: Ownership
    /// What ``packages`` are made from, in their order.
    private let recorded: [RecordedPackage]
    private let stack: LayerStack

    /// Puts the layers of an image together, the lowest first.
    ///
    /// A package's layer is the start of the last unbroken run of layers that have it: removed and installed again, it is
    /// the later layer's.
    public init(layers: [(diffID: Digest?, inventory: LayerInventory)]) {
        uncompressedSize = layers.reduce(0) { $0.addingReportingOverflow($1.inventory.uncompressedSize).partialValue }
        var stack = LayerStack()
        var history = PackageHistory()
        var ownership = Ownership()
        for (index, layer) in layers.enumerated() {
            stack.add(layer.inventory)
            ownership.add(stack.files.values)
            history.add(stack.files.values, at: Package.LayerPlace(index: index, diffID: layer.diffID))
        }
        let (present, gone) = (history.present, history.gone)
        let records = Set((present + gone).filter { !$0.package.type.isOfDistribution }.map(\.record))
        let names = stack.names(of: records)
        let distribution = Self.distribution(in: stack)
        func finished(_ packages: [RecordedPackage], without owned: Set<PathBytes>) -> [RecordedPackage] {
            packages.filter { $0.package.type.isOfDistribution || !owned.contains($0.record) }.map { recorded in
                var recorded = recorded
                recorded.package.purl = PackageURL(of: recorded.package, distribution: distribution)
                return recorded
            }.sorted { $0.package < $1.package }
        }
        // Where the distribution's package is not listed any more, what it owned is all that is left to report.
        recorded = finished(present, without: ownership.owned(names, by: present))
        packages = recorded.map(\.package)
        hiddenPackages =
            gone.isEmpty ? [] : finished(gone, without: ownership.owned(names, by: present + gone)).map(\.package)
        self.distribution = distribution
        warnings = layers.flatMap(\.inventory.warnings)
        self.ownership = ownership
        self.stack = stack
    }

    /// Which of the packages depend on which.
    public func graph() -> PackageGraph {
        PackageGraph(DependencyResolver(recorded, stack, ownership), count: recorded.count)
    }

    /// The files that say that the packages are there, in the order of their paths.
    public func recordFiles() -> [RecordFile] {
        let records = Dictionary(grouping: recorded.indices) { recorded[$0].package.record }
        return records.sorted { $0.key < $1.key }.compactMap { path, packages in
            recorded[packages[0]].file.finding.checksums.map {
                RecordFile(path: path, checksums: $0, packages: packages)
            }
        }
    }

    /// A file that says that packages are there.
    public struct RecordFile: Sendable {
        /// Its path, without a leading slash.
        public let path: String
        /// Its checksums.
        public let checksums: FileChecksums
        /// The indices of the packages.
        public let packages: [Int]
    }

    /// Those of the packages that must be there for the given ones: these, what the distribution does not work without, and all
    /// that they require. Where several packages would do, all of them count.
    public func needed(by packages: some Sequence<Package>) -> [Package] {
        DependencyResolver(recorded, stack, ownership).closure(of: packages).sorted().map { self.packages[$0] }
    }

    /// The files of a package, as far as its records say which they are. Paths are as the records write them: they may lead
    /// through symbolic links.
    public func ownedFiles(of package: Package) -> [OwnedFiles] {
        ownership.files(of: package, record: PathBytes(package.record.utf8))
    }

    private static func distribution(in stack: LayerStack) -> Distribution? {
        for path in DistributionCataloguer.paths {
            if let found = stack.files[PathBytes(path.utf8)]?.finding.distribution { return found }
        }
        return nil
    }
}
