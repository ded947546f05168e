import Checks
import Glibc
import OCI
import Store
import Synchronization

/// Finds out what rules may know of the world around each Dockerfile. What several files share is looked up once.
final class CheckInputsSource: Sendable {
    private let context: String?
    private let platform: Platform
    private let bases: StoredBaseImages?
    private let packages: (any PackageVersions)?
    private let tags: (any TagResolver)?
    private let contexts = Mutex<[String: CheckedContext?]>([:])

    /// - Parameters:
    ///   - context: the build context of all files; nil for the directory of each.
    ///   - storeDirectory: where the local store is, which is not made if it is not there.
    ///   - facts: where to ask for today's versions; nil not to ask.
    init(context: String?, storeDirectory: String, facts: CheckWorkplace?) {
        self.context = context
        packages = facts?.packages
        tags = facts?.tags
        platform = .host
        let exists = access(storeDirectory + "/db.sqlite", R_OK) == 0
        bases = exists ? (try? Store(root: storeDirectory)).map { StoredBaseImages(store: $0, platform: .host) } : nil
    }

    /// What is known around a Dockerfile.
    func inputs(for path: String) -> CheckInputs {
        CheckInputs(
            buildContext: directory(for: path), baseImages: bases, packages: packages, tags: tags,
            platform: "\(platform.os)/\(platform.architecture)")
    }

    /// The context; nil when there is none, or its ignore file cannot be read, which is said once.
    private func directory(for path: String) -> CheckedContext? {
        guard let directory = context ?? Self.directory(of: path) else { return nil }
        let hasOwn = path != "-" && access(path + ".dockerignore", F_OK) == 0
        let key = hasOwn ? "\(directory)\u{0}\(path)" : directory
        if let known = contexts.withLock({ $0[key] }) { return known }
        // Read without the lock, which others wait for; of two that read the same, the first counts.
        let made = Result { try CheckedContext(path: directory, dockerfile: hasOwn ? path : nil) }
        return contexts.withLock { contexts in
            if let known = contexts[key] { return known }
            if case .failure(let error) = made { StandardError.write("warning: \(error)") }
            let context = try? made.get()
            contexts[key] = .some(context)
            return context
        }
    }

    /// The directory that holds a file; nil for standard input.
    private static func directory(of path: String) -> String? {
        guard path != "-" else { return nil }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
