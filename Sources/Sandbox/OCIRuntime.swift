import CLinux
import Glibc

/// An OCI runtime that is installed on this machine.
public struct OCIRuntime: Sendable, Equatable {
    /// The runtimes whose peculiarities are known.
    public enum Kind: Sendable, Equatable {
        case crun
        /// runc, and everything else that takes its command line.
        case runc
    }

    /// Absolute path of the program.
    public let path: String
    /// Whose command line it has.
    public let kind: Kind

    /// Whether it accepts a compiled seccomp program (crun's annotation `run.oci.seccomp_bpf_data`).
    let takesSeccompProgram: Bool
    /// Whether it can mount the root so that no device in it opens, which makes up for a missing devices cgroup.
    let deniesDevicesByMount: Bool

    /// A runtime at a path.
    public init(path: String) {
        self.path = path
        let name = path.split(separator: "/").last ?? ""
        kind = name.contains("crun") ? .crun : .runc
        // Asking a runtime for its version takes longer than a whole step; the words it knows are in the program.
        let isCrun = kind == .crun
        func knows(_ word: String) -> Bool { isCrun && sandbox_file_contains(path, word) == 1 }
        takesSeccompProgram = knows("run.oci.seccomp_bpf_data")
        deniesDevicesByMount = knows("rnodev")
    }

    /// The runtime called `name`, which may be a path; without a name crun, else runc.
    ///
    /// - Throws: ``SandboxError/runtimeMissing(searched:)``.
    public static func find(_ name: String? = nil) throws(SandboxError) -> OCIRuntime {
        let names = name.map { [$0] } ?? ["crun", "runc"]
        for name in names {
            if name.contains("/") {
                if access(name, X_OK) == 0 { return OCIRuntime(path: name) }
                continue
            }
            if let path = findProgram(name) { return OCIRuntime(path: path) }
        }
        throw .runtimeMissing(searched: names)
    }

    /// The arguments for running a bundle to its end.
    func runArguments(id: String, bundle: String, state: String, log: String, usesControlGroups: Bool) -> [String] {
        var arguments = [path, "--root", state, "--log", log, "--log-format", "json"]
        if kind == .crun { arguments.append("--cgroup-manager=" + (usesControlGroups ? "cgroupfs" : "disabled")) }
        return arguments + ["run", "--bundle", bundle, id]
    }
}

/// The path of a program in `PATH` and the directories where administration programs are.
func findProgram(_ name: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let directories = path.split(separator: ":").map(String.init)
    for directory in directories + ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"] {
        let candidate = directory + "/" + name
        var status = stat()
        if stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(candidate, X_OK) == 0 {
            return candidate
        }
    }
    return nil
}
