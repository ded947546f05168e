import OCI

/// The packages of an image by the names that others require.
struct NameIndex {
    private let packages: [RecordedPackage]
    /// Those that have the name themselves, in order.
    private var own: [PackageName: [Int]] = [:]
    /// Those that go by it besides, in order.
    private var provided: [PackageName: [Int]] = [:]
    /// Are there more names than are looked up?
    private(set) var isCut = false

    /// Honest images ask for a tenth of it.
    private static let nameLimit = 250_000
    /// Among so many of the same name the closest one is chosen.
    private static let choiceLimit = 64

    init(_ packages: [RecordedPackage], _ stack: LayerStack, _ ownership: Ownership) {
        self.packages = packages
        let wanted = wantedNames()
        guard !wanted.isEmpty else { return }
        for (position, package) in packages.enumerated() {
            let name = PackageName(package.package.name, of: package)
            if wanted.contains(name) { own[name, default: []].append(position) }
            package.requirements?.provides.forEach { names in
                for text in names {
                    let name = PackageName(text, of: package)
                    if wanted.contains(name), provided[name]?.last != position {
                        provided[name, default: []].append(position)
                    }
                }
            }
        }
        addFiles(wanted, stack, ownership)
    }

    private mutating func wantedNames() -> Set<PackageName> {
        var wanted: Set<PackageName> = []
        for package in packages where package.package.type != .npm {
            package.requirements?.choices.forEach { alternatives in
                guard wanted.count < Self.nameLimit else { return isCut = true }
                for name in alternatives { wanted.insert(PackageName(name, of: package)) }
            }
        }
        return wanted
    }

    /// A package of rpm may require a file, whoever has it.
    private mutating func addFiles(_ wanted: Set<PackageName>, _ stack: LayerStack, _ ownership: Ownership) {
        var stack = stack
        var files: [PathBytes: [PackageName]] = [:]
        for name in wanted where name.type == .rpm && name.text.hasPrefix("/") && provided[name] == nil {
            files[stack.location(of: PathBytes(name.text.utf8.dropFirst())), default: []].append(name)
        }
        guard !files.isEmpty else { return }
        let owners = ownership.owners(of: stack.names(of: Set(files.keys)), among: packages) { $0.type == .rpm }
        for (file, owner) in owners {
            for name in files[file] ?? [] { provided[name] = [owner] }
        }
    }

    /// All packages of the name.
    func packages(_ name: PackageName) -> [Int] { (own[name] ?? []) + (provided[name] ?? []) }

    /// The one that a package means by a name; nil when there is none.
    func package(_ text: String, for package: Int) -> Int? {
        let name = PackageName(text, of: packages[package])
        let architecture = PackageName.architecture(in: text, name.type)
        return closest(own[name] ?? [], to: package, architecture)
            ?? closest(provided[name] ?? [], to: package, architecture)
    }

    private func closest(_ candidates: [Int], to package: Int, _ architecture: String?) -> Int? {
        if Self.contains(candidates, package) { return package }
        if packages[package].package.type == .gem {
            return candidates.prefix(Self.choiceLimit).max {
                GemVersion(packages[$0].package.version) < GemVersion(packages[$1].package.version)
            }
        }
        var best: (distance: Int, position: Int)?
        for candidate in candidates.prefix(Self.choiceLimit) {
            guard let distance = distance(from: packages[package], to: packages[candidate], architecture),
                best.map({ $0.distance > distance }) ?? true
            else { continue }
            best = (distance, candidate)
        }
        return best?.position
    }

    private static func contains(_ ascending: [Int], _ value: Int) -> Bool {
        var range = ascending.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if ascending[middle] == value { return true }
            range = ascending[middle] < value ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }

    /// How far one is from being what the other means; nil when it is not.
    private func distance(from: RecordedPackage, to: RecordedPackage, _ architecture: String?) -> Int? {
        switch from.package.type {
        case .deb, .rpm, .apk:
            if let architecture { return to.package.architecture == architecture ? 0 : nil }
            if to.package.architecture == from.package.architecture { return 0 }
            return ["all", "noarch"].contains(to.package.architecture) ? 1 : 2
        case .pypi:
            let (place, other) = (PythonPlace(from.record), PythonPlace(to.record))
            return place.sees(other) ? (place.directory == other.directory ? 0 : 1) : nil
        default: return 0
        }
    }
}
