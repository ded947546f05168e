/// Which packages of an image depend on which, as far as their records say it.
public struct PackageGraph: Sendable {
    /// What the package of ``ImageInventory/packages`` with the same index depends on: indices of others, ascending. nil where
    /// its record does not say what it depends on. What is not in the image is left out.
    public let dependencies: [[Int]?]
    /// Where to begin, to come to all packages: those that no other depends on, and one of each circle that is left.
    public let roots: [Int]
    /// Is something left out because there is more than anybody has?
    public let isCut: Bool

    /// More than this is not told.
    private static let edgeLimit = 250_000

    init(_ resolver: DependencyResolver, count: Int) {
        var resolver = resolver
        var dependencies: [[Int]?] = []
        dependencies.reserveCapacity(count)
        var edges = 0
        var isCut = false
        for package in 0..<count {
            let targets = resolver.dependencies(of: package)
            edges += targets?.count ?? 0
            isCut = isCut || edges > Self.edgeLimit
            dependencies.append(isCut ? nil : targets)
        }
        self.dependencies = dependencies
        self.isCut = isCut || resolver.isExhausted
        roots = Self.roots(dependencies)
    }

    private static func roots(_ dependencies: [[Int]?]) -> [Int] {
        var isNeeded = [Bool](repeating: false, count: dependencies.count)
        for target in dependencies.lazy.compactMap({ $0 }).joined() { isNeeded[target] = true }
        var isReached = [Bool](repeating: false, count: dependencies.count)
        var roots: [Int] = []
        func reach(_ root: Int) {
            roots.append(root)
            isReached[root] = true
            var pending = [root]
            while let package = pending.popLast() {
                for target in dependencies[package] ?? [] where !isReached[target] {
                    isReached[target] = true
                    pending.append(target)
                }
            }
        }
        for package in dependencies.indices where !isNeeded[package] { reach(package) }
        for package in dependencies.indices where !isReached[package] { reach(package) }
        return roots.sorted()
    }
}
