import Glibc

/// A tree of a git repository, as a context or as the source of an `ADD`.
public struct GitSource: Sendable {
    /// What a reference stands for right now: what a cache key needs to know.
    public struct Resolved: Hashable, Sendable {
        /// The commit, 40 or 64 hexadecimal digits.
        public let commit: String
        /// The full name of the branch or tag; nil for a commit.
        public let ref: String?
    }

    /// A finished checkout.
    public struct Checkout: Sendable {
        /// The directory with the files: the top of the repository, or its subdirectory.
        public let directory: String
        /// What was checked out.
        public let resolved: Resolved
        /// The commit's time, in seconds since 1970.
        public let commitTime: Int64
    }

    private let reference: GitReference
    private let keepsGitDirectory: Bool
    private let fetchesSubmodules: Bool
    private let git: GitCommand

    /// Prepares access to a repository.
    ///
    /// - Parameters:
    ///   - reference: which tree.
    ///   - keepsGitDirectory: whether `.git` stays (`--keep-git-dir`) when the URL does not say; it never does for a
    ///     subdirectory.
    ///   - credentials: secrets for repositories behind http.
    public init(
        _ reference: GitReference, keepsGitDirectory: Bool = false, credentials: SourceCredentials = .none
    ) {
        self.reference = reference
        self.keepsGitDirectory =
            (reference.keepsGitDirectory ?? keepsGitDirectory) && reference.subdirectory.isEmpty
        fetchesSubmodules = reference.submodules ?? true
        git = GitCommand(remote: reference.remote, credentials: credentials)
    }

    private var redactedURL: String { RemoteURL.redacted(reference.remote) }

    /// Looks the ref up, and checks it against the checksum. A full commit is not looked up.
    ///
    /// A name that is both a branch and a tag is the branch.
    public func resolve() async throws -> Resolved {
        if reference.fetchesByCommit {
            guard let checksum = reference.checksum ?? (Self.isCommit(reference.ref) ? reference.ref : nil),
                Self.isCommit(checksum)
            else {
                throw BuildContextError.badGitURL(url: redactedURL, reason: "fetch-by-commit requires a full commit")
            }
            return Resolved(commit: checksum, ref: nil)
        }
        if Self.isCommit(reference.ref) {
            if let checksum = reference.checksum, !reference.ref.hasPrefix(checksum) {
                throw BuildContextError.gitChecksumMismatch(
                    url: redactedURL, expected: checksum, found: reference.ref)
            }
            return Resolved(commit: reference.ref, ref: nil)
        }
        let wanted = reference.ref.isEmpty ? "HEAD" : reference.ref
        let output = try await git.run(["ls-remote", "--", reference.remote, wanted, wanted + "^{}"])
        var commits: [Substring: Substring] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            if parts.count == 2 { commits[parts[1]] = parts[0] }
        }
        let without = { (prefix: String) in wanted.hasPrefix(prefix) ? String(wanted.dropFirst(prefix.count)) : wanted }
        let candidates =
            wanted == "HEAD"
            ? ["HEAD"]
            : [
                "refs/" + without("refs/"), "refs/heads/" + without("refs/heads/"),
                "refs/tags/" + without("refs/tags/"),
            ]
        guard let name = candidates.first(where: { commits[$0[...]] != nil }), let object = commits[name[...]] else {
            throw BuildContextError.gitRefNotFound(url: redactedURL, ref: wanted)
        }
        // An annotated tag is an object of its own; what it points at is the commit.
        let commit = String(commits[(name + "^{}")[...]] ?? object)
        guard Self.isCommit(commit) else { throw BuildContextError.gitRefNotFound(url: redactedURL, ref: wanted) }
        if let checksum = reference.checksum, !commit.hasPrefix(checksum), !object.hasPrefix(checksum) {
            throw BuildContextError.gitChecksumMismatch(url: redactedURL, expected: checksum, found: commit)
        }
        return Resolved(commit: commit, ref: name)
    }

    /// Fetches the commit, and no more of the repository than the server makes necessary, and checks it out.
    ///
    /// Modes do not depend on the umask, contents not on the user's git configuration.
    ///
    /// - Parameter directory: where to make the checkout; must not exist, its parent must.
    public func checkOut(_ resolved: Resolved, into directory: String) async throws -> Checkout {
        guard mkdir(directory, 0o755) == 0, chmod(directory, 0o755) == 0 else {
            throw BuildContextError.unwritable(path: directory, code: errno)
        }
        let format = resolved.commit.count == 64 ? ["--object-format=sha256"] : []
        _ = try await git.run(["init", "-q"] + format, in: directory)
        _ = try await git.run(["remote", "add", "origin", reference.remote], in: directory)
        try await fetch(resolved, in: directory)
        _ = try await git.run(["checkout", "-q", "--detach", "--force", resolved.commit], in: directory)
        if fetchesSubmodules { try await updateSubmodules(in: directory) }
        let time = try await git.run(["show", "-s", "--format=%ct", resolved.commit], in: directory)
        let commitTime = Int64(time.split(separator: "\n").last ?? "") ?? 0
        try await finishGitDirectory(in: directory)
        let selected = try select(in: directory)
        if reference.modificationTimes == .commit { try setTimes(below: directory, to: commitTime) }
        return Checkout(directory: selected, resolved: resolved, commitTime: commitTime)
    }

    private func fetch(_ resolved: Resolved, in directory: String) async throws {
        // The ref is kept under its own name, for those who keep `.git`.
        let byName = resolved.ref.flatMap { $0 == "HEAD" ? nil : "+\($0):\($0)" } ?? resolved.ref
        var refspecs = [byName, resolved.commit].compactMap { $0 }
        if reference.fetchesByCommit { refspecs = [resolved.commit] }
        var problem = ""
        for refspec in refspecs {
            // Servers without shallow clones (plain files over http) get a second try.
            for depth in [["--depth=1"], []] {
                do {
                    _ = try await git.attempt(
                        ["fetch", "-q", "-u", "--no-tags"] + depth + ["--", "origin", refspec], in: directory)
                    if await has(resolved.commit, in: directory) { return }
                    break
                } catch let failure as GitCommand.Failure {
                    problem = failure.message
                    guard problem.contains("shallow") || problem.contains("--depth") else { break }
                }
            }
        }
        if reference.fetchesByCommit {
            throw BuildContextError.gitRefNotFound(url: redactedURL, ref: resolved.commit)
        }
        // A server that does not hand out single commits has to hand out all of them.
        let unshallow = access(directory + "/.git/shallow", F_OK) == 0 ? ["--unshallow"] : []
        _ = try await git.run(
            ["fetch", "-q", "-u", "--tags"] + unshallow + ["--", "origin", "+refs/heads/*:refs/remotes/origin/*"],
            in: directory)
        guard await has(resolved.commit, in: directory) else {
            throw BuildContextError.gitRefNotFound(url: redactedURL, ref: resolved.commit)
        }
    }

    private func has(_ commit: String, in directory: String) async -> Bool {
        (try? await git.attempt(["cat-file", "-e", commit + "^{commit}"], in: directory)) != nil
    }

    private func updateSubmodules(in directory: String) async throws {
        guard access(directory + "/.gitmodules", F_OK) == 0 else { return }
        let update = ["submodule", "-q", "update", "--init", "--recursive"]
        do {
            _ = try await git.attempt(update + ["--depth=1"], in: directory)
        } catch is GitCommand.Failure {
            _ = try await git.run(update, in: directory)
        }
    }

    /// Removes `.git`, or takes out of it what names this machine and this moment.
    private func finishGitDirectory(in directory: String) async throws {
        if keepsGitDirectory {
            _ = try await git.run(["remote", "set-url", "origin", redactedURL], in: directory)
            _ = try await git.run(["reflog", "expire", "--all", "--expire=now"], in: directory)
            unlink(directory + "/.git/FETCH_HEAD")
            return
        }
        try RemovedTree.remove(directory + "/.git")
        // A submodule's `.git` is a file that points into the one just removed.
        for entry in try TreeWalker(root: directory).walk().entries
        where entry.kind == .file && entry.name.elementsEqual(".git".utf8) {
            let path = Array(directory.utf8) + [0x2F] + entry.path + [0]
            unlink(path.map { CChar(bitPattern: $0) })
        }
    }

    private func select(in directory: String) throws(BuildContextError) -> String {
        if reference.subdirectory.isEmpty { return directory }
        let top = try Descriptor.directory(directory)
        guard case .success = top.open(beneath: Array(reference.subdirectory.utf8), O_RDONLY | O_DIRECTORY) else {
            throw .gitSubdirectoryNotFound(url: redactedURL, directory: reference.subdirectory)
        }
        return directory + "/" + reference.subdirectory
    }

    private func setTimes(below directory: String, to seconds: Int64) throws(BuildContextError) {
        let time = timespec(tv_sec: Int(seconds), tv_nsec: 0)
        let tree = try TreeWalker(root: directory).walk()
        // Inner entries first: no call below changes a directory that has its time.
        for entry in tree.entries.reversed() + [tree.root] {
            let path = Array(directory.utf8) + [0x2F] + entry.path + [0]
            utimensat(AT_FDCWD, path.map { CChar(bitPattern: $0) }, [time, time], AT_SYMLINK_NOFOLLOW)
        }
    }

    static func isCommit(_ text: String) -> Bool {
        (text.utf8.count == 40 || text.utf8.count == 64)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
