import OCI

/// Finds the packages of an image that others of it require.
struct DependencyResolver {
    private let packages: [RecordedPackage]
    private var names: NameIndex
    private var modules: NodeModules
    /// What the indices of a record's packages are in the image.
    private var siblings: [PathBytes: [Int?]] = [:]
    private let positions: [PackageKey: Int]
    /// What may still be looked up: honest images have a hundredth of it.
    private var budget = 1_000_000

    /// - Parameter packages: in order.
    init(_ packages: [RecordedPackage], _ stack: LayerStack, _ ownership: Ownership) {
        self.packages = packages
        names = NameIndex(packages, stack, ownership)
        modules = NodeModules(packages, stack)
        positions = Dictionary(
            packages.enumerated().map { (PackageKey($1.package), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Was there more than is looked up?
    var isExhausted: Bool { budget <= 0 || names.isCut || modules.isExhausted }

    /// What a package depends on, each requirement leading to one package; nil where its record does not say.
    mutating func dependencies(of package: Int) -> [Int]? {
        guard let requirements = packages[package].requirements else { return nil }
        var found: Set<Int> = []
        for index in requirements.packages {
            budget -= 1
            guard budget > 0 else { break }
            if let target = position(of: index, besides: packages[package]) { found.insert(target) }
        }
        requirements.choices.forEach { alternatives in
            budget -= alternatives.count
            guard budget > 0 else { return }
            if packages[package].package.type == .npm {
                found.formUnion(alternatives.prefix(1).compactMap { modules.package($0, for: package) })
            } else {
                for name in alternatives {
                    guard let target = names.package(name, for: package) else { continue }
                    found.insert(target)
                    break
                }
            }
        }
        found.remove(package)
        return found.sorted()
    }

    /// These packages, those that the distribution does not work without, and all that could be what they require.
    func closure(of packages: some Sequence<Package>) -> Set<Int> {
        var closure = Set(packages.compactMap { positions[PackageKey($0)] })
        closure.formUnion(self.packages.indices.filter { self.packages[$0].requirements?.isEssential == true })
        var pending = Array(closure)
        var seen: Set<PackageName> = []
        while let package = pending.popLast() {
            self.packages[package].requirements?.choices.forEach { alternatives in
                for alternative in alternatives {
                    let name = PackageName(alternative, of: self.packages[package])
                    guard seen.insert(name).inserted else { continue }
                    for target in names.packages(name) where closure.insert(target).inserted { pending.append(target) }
                }
            }
        }
        return closure
    }

    private mutating func position(of index: Int, besides package: RecordedPackage) -> Int? {
        if siblings[package.record] == nil {
            siblings[package.record] = package.file.finding.packages.map {
                positions[PackageKey($0, record: package.package.record)]
            }
        }
        guard let record = siblings[package.record], record.indices.contains(index) else { return nil }
        return record[index]
    }
}
