import Glibc
import Subprocess

/// Runs the git of the system with settings under which the same commit gives the same files everywhere.
struct GitCommand: Sendable {
    /// What fetches are about, for errors and to keep credentials out of them.
    let remote: String
    let credentials: SourceCredentials

    struct Failure: Error {
        let message: String
    }

    /// Content must not depend on the user's configuration: no line ending conversion, no filters, no hooks.
    private static let settings = [
        "core.autocrlf=false", "core.eol=lf", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null",
        "core.fsmonitor=false", "core.fileMode=true", "core.symlinks=true", "core.sharedRepository=umask",
        "filter.lfs.smudge=", "filter.lfs.process=", "filter.lfs.required=false", "init.defaultBranch=master",
        "advice.detachedHead=false", "gc.auto=0", "maintenance.auto=false", "submodule.recurse=false",
        "protocol.file.allow=user", "protocol.ext.allow=never",
    ]

    /// What of the environment reaches git: where to find programs and credentials, and how to reach the network.
    private static let inherited = [
        "PATH", "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSH",
        "GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "SUDO_UID",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
    ]

    /// Runs git and returns what it prints.
    ///
    /// - Throws: ``BuildContextError/gitFailed(url:reason:)``, ``BuildContextError/gitMissing``, or `CancellationError`.
    func run(_ arguments: [String], in directory: String? = nil) async throws -> String {
        do {
            return try await attempt(arguments, in: directory)
        } catch let failure as Failure {
            throw BuildContextError.gitFailed(url: RemoteURL.redacted(remote), reason: summary(failure.message))
        }
    }

    /// The same, but a failing git is a ``Failure`` with all that it said.
    func attempt(_ arguments: [String], in directory: String? = nil) async throws -> String {
        var all = Self.settings.flatMap { ["-c", $0] }
        if let directory { all += ["-C", directory] }
        // Files are made under this mask whatever the caller's is.
        let script = #"umask 022; command -v git >/dev/null || exit 127; exec git "$@""#
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments(["-c", script, "sh"] + all + arguments),
            environment: .custom(environment()), input: .none, output: .string(limit: 64 << 20),
            error: .string(limit: 1 << 20))
        try Task.checkCancellation()
        switch result.terminationStatus {
        case .exited(0): return result.standardOutput
        case .exited(127): throw BuildContextError.gitMissing
        default: throw Failure(message: result.standardError)
        }
    }

    private func environment() -> [Environment.Key: String] {
        var result: [Environment.Key: String] = [
            "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        for name in Self.inherited {
            if let value = getenv(name), let key = Environment.Key(rawValue: name) {
                result[key] = String(cString: value)
            }
        }
        return result
    }

    /// The line that says what is wrong.
    private func summary(_ message: String) -> String {
        // ssh ends its lines with a carriage return too.
        let lines = message.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0 == " " } }
        // What ssh says is the reason; git only adds that it could not read.
        let line =
            lines.last { $0.hasPrefix("ssh:") }
            ?? lines.last { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") || $0.hasPrefix("ERROR:") } ?? lines.last
            ?? ""
        var text = String(line)
        for prefix in ["fatal: ", "error: ", "ERROR: "] where text.hasPrefix(prefix) {
            text.removeFirst(prefix.count)
        }
        while text.hasSuffix(".") { text.removeLast() }
        let redacted = RemoteURL.redacted(remote)
        text = text.split(separator: remote, omittingEmptySubsequences: false).joined(separator: redacted)
        return text.isEmpty ? "git failed" : text
    }
}
