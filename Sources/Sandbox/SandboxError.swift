import Glibc

/// Everything that can go wrong in running a process in a container.
public enum SandboxError: Error, Equatable, Sendable {
    /// A system call failed on a path.
    case system(call: String, path: String, code: Int32)
    /// The process may not have a mount namespace of its own.
    case mountNamespaceNotPermitted(code: Int32)
    /// A mount was refused; `detail` is what the kernel said beyond the error number, where it said something.
    case mountFailed(what: String, at: String, code: Int32, detail: String?)
    /// More layers than overlayfs stacks.
    case tooManyLayers(count: Int, limit: Int)
    /// No OCI runtime is installed.
    case runtimeMissing(searched: [String])
    /// The OCI runtime could not be started.
    case runtimeNotStarted(runtime: String, call: String, code: Int32)
    /// The OCI runtime failed before or while it started the process.
    case runtimeFailed(runtime: String, message: String)
    /// The program is not in the container.
    case commandNotFound(String)
    /// The program is there but cannot be executed.
    case commandNotExecutable(String, reason: String)
    /// The working directory cannot be made or entered.
    case invalidWorkingDirectory(path: String, reason: String)
    /// A mount's target or source is not usable.
    case invalidMount(target: String, reason: String)
    /// A terminal was asked for, and standard input is none.
    case terminalMissing
    /// A user name that the root file system does not have.
    case unknownUser(String)
    /// A group name that the root file system does not have.
    case unknownGroup(String)
    /// A user or group number outside 0…2³¹−1.
    case identifierOutOfRange(String)
    /// `/etc/passwd` or `/etc/group` cannot be used.
    case unusableAccountFile(path: String, reason: String)
    /// Not an address in `--add-host NAME:ADDRESS`.
    case invalidHostEntry(String, reason: String)
    /// No agent, no key, or no `ssh-agent` program to hold the key.
    case sshAgentUnavailable(id: String, reason: String)
    /// Processes of this architecture do not run on this machine.
    case foreignArchitecture(String, reason: String)

    /// The exit status that a shell or Docker would report for a program that could not be started, or nil.
    public var exitCode: Int32? {
        switch self {
        case .commandNotFound: 127
        case .commandNotExecutable: 126
        default: nil
        }
    }
}

extension SandboxError: CustomStringConvertible {
    /// One line without a period at its end.
    public var description: String {
        switch self {
        case .system(let call, let path, let code):
            return "\(call) \(path): \(errorText(code))"
        case .mountNamespaceNotPermitted(let code):
            return "cannot make a private mount namespace (\(errorText(code))): run as root, or in a user namespace"
        case .mountFailed(let what, let at, let code, let detail):
            return "cannot mount \(what) at \(at): \(errorText(code))" + (detail.map { " (\($0))" } ?? "")
        case .tooManyLayers(let count, let limit):
            return "\(count) layers are more than the \(limit) that overlayfs can stack"
        case .runtimeMissing(let searched):
            return "no OCI runtime found (looked for \(searched.joined(separator: ", "))): install crun or runc"
        case .runtimeNotStarted(let runtime, let call, let code):
            return "cannot start \(runtime): \(call): \(errorText(code))"
        case .runtimeFailed(let runtime, let message):
            return "\(runtime): \(message)"
        case .commandNotFound(let command):
            return command.contains("/")
                ? "exec \"\(command)\": no such file or directory"
                : "exec \"\(command)\": executable file not found in $PATH"
        case .commandNotExecutable(let command, let reason):
            return "exec \"\(command)\": \(reason)"
        case .invalidWorkingDirectory(let path, let reason):
            return "working directory \(path): \(reason)"
        case .invalidMount(let target, let reason):
            return "mount at \(target): \(reason)"
        case .terminalMissing:
            return "standard input is not a terminal"
        case .unknownUser(let name):
            return "unable to find user \(name): no matching entries in passwd file"
        case .unknownGroup(let name):
            return "unable to find group \(name): no matching entries in group file"
        case .identifierOutOfRange(let text):
            return "\(text): user and group numbers are in the range 0-2147483647"
        case .unusableAccountFile(let path, let reason):
            return "\(path): \(reason)"
        case .invalidHostEntry(let entry, let reason):
            return "host entry \(entry): \(reason)"
        case .sshAgentUnavailable(let id, let reason):
            return "ssh agent \(id): \(reason)"
        case .foreignArchitecture(let architecture, let reason):
            return "cannot run \(architecture) programs: \(reason)"
        }
    }
}

/// The C library's text for an error number, in lower case as the other messages are.
func errorText(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    // The XSI variant, which Swift sees, always fills the buffer.
    _ = strerror_r(code, &buffer, buffer.count)
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let first = text.first else { return "error \(code)" }
    return first.lowercased() + text.dropFirst()
}
