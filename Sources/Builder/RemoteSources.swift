import BuildContext
import BuildGraph
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

/// Fetches what ADD names by URL: files over HTTP, repositories.
struct RemoteSources: Sendable {
    let store: Store
    let scratch: ScratchSpace
    let progress: Progress

    /// What can be known of a step's remote sources before it runs. A checksum says it all; anything else is fetched.
    func inputs(of copy: CopyStep, step: Step) async throws -> StepInputs {
        var inputs = StepInputs()
        for source in copy.sources {
            switch source {
            case .path, .inline: break
            case .http, .git:
                throw BuildError.stepFailed(step: FailedStep(step), reason: "ADD of URLs is not there yet")
            }
        }
        inputs.newestInput = 0
        return inputs
    }

    func fetch(
        _ copy: CopyStep, step: Step, known: [String: FetchedSource], vertex: VertexID
    ) async throws -> [String: FetchedSource] {
        known
    }
}
