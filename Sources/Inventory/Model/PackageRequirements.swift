/// What the packages of a distribution's list require of each other, by name.
public struct PackageRequirements: Hashable, Sendable {
    /// What a package does not work without: packages, installed or not, and names that packages provide, which have those here.
    public internal(set) var needs: [String: Set<String>] = [:]
    /// The packages that the distribution itself does not work without.
    public internal(set) var essential: Set<String> = []

    /// These packages, the essential ones, and everything that they require, by all its names.
    public func closure(of packages: some Sequence<String>) -> Set<String> {
        var closure = essential.union(packages)
        var pending = Array(closure)
        while let package = pending.popLast() {
            for needed in needs[package] ?? [] where closure.insert(needed).inserted { pending.append(needed) }
        }
        return closure
    }
}
