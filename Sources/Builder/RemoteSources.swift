import BuildContext
import BuildGraph
import FoundationEssentials
import OCI
import Store

/// A source of ADD that was fetched.
enum FetchedSource: Sendable {
    case file(path: String, name: String, modified: FileTime?)
    case checkout(directory: String)

    func copySource(url: String) -> CopySource {
        switch self {
        case .file(let path, let name, let modified):
            .download(url: url, name: name, file: path, modified: modified)
        case .checkout(let directory): .gitCheckout(url: url, directory: directory)
        }
    }
}

/// Fetches what ADD names by URL: files over HTTP, trees of repositories.
struct RemoteSources: Sendable {
    let store: Store
    let scratch: ScratchSpace
    let progress: Progress

    /// What can be known of a step's remote sources before it runs.
    ///
    /// A checksum says all about a file. Without one the server is asked whether the file it gave last time is still
    /// current. A repository is asked which commit a ref stands for.
    func inputs(of copy: CopyStep, step: Step) async throws -> StepInputs {
        var inputs = StepInputs()
        for (index, source) in copy.sources.enumerated() {
            let name = "source[\(index)] content"
            do {
                switch source {
                case .path, .inline:
                    break
                case .http(let url):
                    if let checksum = copy.checksum {
                        _ = try Checksum(parsing: checksum)
                        inputs.keyParts.append(CacheKey.Part(name: name, value: checksum))
                    } else {
                        let known = try await state(of: url)
                        inputs.keyParts.append(CacheKey.Part(name: name, value: known.digest))
                        if let file = known.file { inputs.fetched[url] = file }
                    }
                case .git(let url):
                    let resolved = try await git(url, copy).resolve()
                    inputs.keyParts.append(CacheKey.Part(name: name, value: resolved.commit))
                }
            } catch let error as BuildContextError {
                throw BuildError.stepFailed(step: FailedStep(step), reason: "\(error)")
            }
        }
        return inputs
    }

    /// Fetches what is not there yet.
    func fetch(
        _ copy: CopyStep, step: Step, known: [String: FetchedSource], vertex: VertexID
    ) async throws -> [String: FetchedSource] {
        var fetched = known
        for source in copy.sources {
            switch source {
            case .path, .inline:
                break
            case .http(let url):
                guard fetched[url] == nil else { continue }
                let path = scratch.name("download")
                let checksum = try copy.checksum.map { try Checksum(parsing: $0) }
                guard case .downloaded(let download) = try await RemoteFile.fetch(url, checksum: checksum, to: path)
                else { continue }
                fetched[url] = .file(path: path, name: RemoteFile.fileName(url), modified: download.modified)
            case .git(let url):
                let repository = try git(url, copy)
                let checkout = try await repository.checkOut(
                    try await repository.resolve(), into: scratch.name("checkout"))
                fetched[url] = .checkout(directory: checkout.directory)
            }
        }
        return fetched
    }

    // MARK: Repositories

    private func git(_ url: String, _ copy: CopyStep) throws -> GitSource {
        guard var reference = try GitReference.parse(url) else {
            throw BuildContextError.badGitURL(url: url, reason: "it is no git URL")
        }
        if let asked = copy.keepGitDirectory, let written = reference.keepsGitDirectory, asked != written {
            throw BuildContextError.badGitURL(url: url, reason: "--keep-git-dir says otherwise than the URL")
        }
        if let checksum = copy.checksum {
            if let written = reference.checksum, written != checksum {
                throw BuildContextError.badGitURL(url: url, reason: "--checksum says otherwise than the URL")
            }
            reference.checksum = checksum
        }
        return GitSource(reference, keepsGitDirectory: copy.keepGitDirectory ?? false)
    }

    // MARK: Files

    /// What the last download of a URL was.
    private struct KnownFile: Codable {
        var etag: String?
        var lastModified: String?
        var digest: String
    }

    private func state(of url: String) async throws -> (digest: String, file: FetchedSource?) {
        var key = CacheKey(kind: "http")
        key.add("url", url)
        var known: KnownFile?
        if let payload = try store.cacheRecord(key.digest)?.payload {
            known = try? JSONDecoder().decode(KnownFile.self, from: Data(payload.utf8))
        }
        let path = scratch.name("download")
        let validators = RemoteFile.Validators(etag: known?.etag, lastModified: known?.lastModified)
        switch try await RemoteFile.fetch(url, to: path, validators: validators) {
        case .unchanged:
            guard let known else { throw BuildContextError.badStatus(url: url, status: 304) }
            return (known.digest, nil)
        case .downloaded(let download):
            let file = KnownFile(
                etag: download.validators.etag, lastModified: download.validators.lastModified,
                digest: download.digest.description)
            let payload = String(decoding: try CanonicalJSON.encode(file), as: UTF8.self)
            try store.recordCache(
                CacheRecord(key: key.digest, instruction: url, payload: payload), partsJSON: "[]")
            return (
                file.digest, .file(path: path, name: RemoteFile.fileName(url), modified: download.modified)
            )
        }
    }
}
