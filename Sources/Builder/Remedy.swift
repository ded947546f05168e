import BuildContext
import Glibc
import LayerFormat
import OCI
import Registry
import Sandbox
import Store

/// What a person can do about an error. Says only what helps; most errors say enough by themselves.
public enum Remedy {
    /// The hint for an error; nil when there is none.
    public static func text(for error: any Error) -> String? {
        switch error {
        case let error as BuildError: text(for: error)
        case let error as RegistryError: text(for: error)
        case let error as StoreError: text(for: error)
        case let error as SandboxError: text(for: error)
        case let error as CopyError: text(for: error)
        case let error as BuildContextError: text(for: error)
        case LayerFormatError.system(_, let path, let code): text(errno: code, path: path)
        case OCIError.system(_, let path, let code): text(errno: code, path: path)
        default: nil
        }
    }

    private static func text(for error: BuildError) -> String? {
        switch error {
        case .dockerfile(let diagnostic): diagnostic.hint
        case .stepFailed(_, _, let remedy), .image(_, _, _, let remedy): remedy
        case .commandFailed(let failure):
            failure.lastOutput.firstRange(of: Array("No space left on device".utf8)) != nil
                ? "the disk that holds the store, or a tmpfs mount, is full"
                : text(exitCode: failure.exitCode, ending: failure.ending)
        case .export, .options: nil
        }
    }

    /// What shells and the kernel mean by a status.
    private static func text(exitCode: Int32, ending: String) -> String? {
        switch exitCode {
        case 126:
            "status 126 means that a program was found but could not be executed: check its mode and its first line"
        case 127: "status 127 means that a program was not found: is it installed in this stage, and in PATH?"
        case 137 where !ending.contains("memory"):
            "status 137 means that the process was killed, most often because memory ran out"
        default: nil
        }
    }

    private static func text(for error: RegistryError) -> String? {
        switch error {
        case .unreachable(let host, _):
            "is \(host) right, and is there a way to it? Proxies are taken from HTTPS_PROXY, mirrors from registries.conf"
        case .tls(let host, _):
            "if \(host) has no trusted certificate or speaks plain HTTP, give it insecure = true in registries.conf"
        case .authenticationRequired(let host, _, _):
            "log in with `whittle login \(host)`"
        case .authenticationRefused(let host, _, _, _):
            "log in again with `whittle login \(host)`"
        case .denied(_, let request, _):
            "check the name; if the repository is private, log in with `whittle login \(host(of: request))`"
        case .notFound: "check the name and the tag"
        case .rateLimited(let host, _, _):
            "wait, or log in with `whittle login \(host)` for a higher limit"
        case .platformMissing: "choose another platform with --platform"
        case .allSourcesFailed(_, let failures):
            failures.contains { $0.error.contains("not found") } ? "check the name and the tag" : nil
        default: nil
        }
    }

    private static func host(of request: RegistryError.Request) -> String {
        var rest = request.url[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        return String(rest.prefix { $0 != "/" && $0 != "?" })
    }

    private static func text(for error: StoreError) -> String? {
        switch error {
        case .diskFull:
            "free some space, remove what builds left with `whittle prune`, or keep the store elsewhere with --root DIR"
        case .permissionDenied: "keep the store elsewhere with --root DIR or WHITTLE_ROOT, or run as its owner"
        case .newerVersion: "use the newer whittle, or another store with --root DIR"
        case .corrupt(let path, _): "move \(path) away; what is missing is fetched or built again"
        case .busy: "wait for the other whittle to end, or use another store with --root DIR"
        case .unpackFailed(_, let reason), .cacheMountFailed(_, let reason): text(for: reason)
        case .fileSystem(_, let path, let code): text(errno: code, path: path)
        default: nil
        }
    }

    private static func text(for error: SandboxError) -> String? {
        switch error {
        case .system(_, let path, let code): text(errno: code, path: path)
        case .commandNotFound(let command) where command == "/bin/sh" || command == "sh":
            "the image has no shell: write RUN in its exec form, RUN [\"program\", \"argument\"]"
        case .unknownUser: "create the user in an earlier RUN, or give its number"
        case .unknownGroup: "create the group in an earlier RUN, or give its number"
        case .sshAgentUnavailable: "start an agent and give it with --ssh default, or a key with --ssh default=FILE"
        default: nil
        }
    }

    private static func text(for error: CopyError) -> String? {
        switch error {
        case .system(_, let path, let code, _): text(errno: code, path: path)
        default: nil
        }
    }

    private static func text(for error: BuildContextError) -> String? {
        switch error {
        case .unreadable(let path, let code) where code == EACCES:
            "make \(path) readable, or name it in .dockerignore if the build does not need it"
        case .unreadable(let path, let code), .unwritable(let path, let code): text(errno: code, path: path)
        case .gitMissing: "install git, or give the context as a directory or archive"
        default: nil
        }
    }

    private static func text(errno code: Int32, path: String) -> String? {
        switch code {
        case ENOSPC, EDQUOT:
            "free some space on the disk that holds \(path), or keep the store elsewhere with --root DIR"
        case EMFILE, ENFILE: "allow more open files, for example with `ulimit -n 65536`"
        default: nil
        }
    }
}
