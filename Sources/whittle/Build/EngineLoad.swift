import Builder
import Subprocess

/// `--load`: hands the image to a running Docker or Podman.
struct EngineLoad {
    /// An archive as `docker save` writes it.
    let archive: String

    /// The output that has to be written before ``run()``.
    var target: ExportTarget {
        var target = ExportTarget(kind: .docker(destination: archive))
        // Not every engine takes an index with attestations.
        target.isAttested = false
        return target
    }

    /// Loads the archive with the first engine that takes it.
    ///
    /// - Throws: `CommandFailure` naming what each engine said.
    func run() async throws {
        var reasons: [String] = []
        for engine in ["docker", "podman"] {
            do {
                let result = try await Subprocess.run(
                    .name(engine), arguments: ["load", "--input", archive], output: .discarded,
                    error: .string(limit: 64 << 10))
                if result.terminationStatus.isSuccess { return }
                let said = result.standardError.split(separator: "\n").last.map(String.init) ?? "no message"
                reasons.append("\(engine): \(said)")
            } catch {
                reasons.append("\(engine): not installed")
            }
        }
        throw CommandFailure(
            status: ExitStatusCode.failure,
            "error: --load: no running Docker or Podman takes the image (\(reasons.joined(separator: "; ")))")
    }
}
