/// What the build installed where programs look for it, and that lies in the project's directory as well.
struct InstalledCopies: Sendable {
    private let image: RootView
    /// Files that go along from elsewhere, by name.
    private let byName: [String: [String]]

    private static let sizeLimit = 1 << 20
    private static let countLimit = 1_000

    init(_ evidence: Evidence, _ outside: OutsideFiles) {
        image = evidence.image
        byName = Dictionary(
            grouping: evidence.added.filter { path in outside.paths.contains { PathText.isBelow(path, $0) } },
            by: PathText.name)
    }

    /// Whether every file at or below a path is also installed, with the same content.
    func cover(_ path: String) -> Bool {
        let files = image.kind(path) == .directory ? image.files(below: path, limit: Self.countLimit) : [path]
        guard !byName.isEmpty, !files.isEmpty, files.count < Self.countLimit else { return false }
        return files.allSatisfy { file in
            guard let others = byName[PathText.name(file)], let content = read(file) else { return false }
            return others.contains { read($0) == content }
        }
    }

    private func read(_ path: String) -> [UInt8]? {
        image.host(path).flatMap { SmallFile.read($0, limit: Self.sizeLimit) }
    }
}
