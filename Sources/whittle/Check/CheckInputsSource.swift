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
        let dockerfile = path == "-" ? nil : path
        let hasOwn = dockerfile.map { access($0 + ".dockerignore", F_OK) == 0 } ?? false
        let key = hasOwn ? "\(directory)\u{0}\(path)" : directory
        return contexts.withLock { contexts in
            if let known = contexts[key] { return known }
            var made: CheckedContext?
            do {
                made = try CheckedContext(path: directory, dockerfile: dockerfile)
            } catch {
                StandardError.write("warning: \(error)")
            }
            contexts[key] = .some(made)
            return made
        }
    }

    /// The directory that holds a file; nil for standard input.
    private static func directory(of path: String) -> String? {
        guard path != "-" else { return nil }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
