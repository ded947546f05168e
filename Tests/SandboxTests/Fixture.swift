import Glibc
import Testing

@testable import Sandbox

/// What tests that start containers need.
enum Requirements {
    static let isRoot = geteuid() == 0
    static let hasBusybox = access("/usr/bin/busybox", X_OK) == 0
    static let hasRuntime = (try? OCIRuntime.find()) != nil
    static let canRun = isRoot && hasBusybox && hasRuntime
    static let hasSSH = isRoot && ["ssh-agent", "ssh-add", "ssh-keygen"].allSatisfy { findProgram($0) != nil }
    static let notice: Comment = "needs root, a static /usr/bin/busybox, and crun or runc"
}

/// A directory for one test, removed afterwards.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/sandbox-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("mkdtemp: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Scratch.removeTree(path) }

    @discardableResult
    func directory(_ name: String) -> String {
        var made = path
        for component in name.split(separator: "/") {
            made += "/\(component)"
            mkdir(made, 0o755)
        }
        return made
    }

    @discardableResult
    func file(_ name: String, _ text: String, mode: UInt32 = 0o644) -> String {
        if let slash = name.lastIndex(of: "/") { directory(String(name[..<slash])) }
        let file = "\(path)/\(name)"
        unlink(file)
        do {
            try Scratch.write(Array(text.utf8), to: file, mode: mode)
        } catch {
            fatalError("\(error)")
        }
        return file
    }

    func link(_ name: String, to target: String) {
        if let slash = name.lastIndex(of: "/") { directory(String(name[..<slash])) }
        symlink(target, "\(path)/\(name)")
    }
}

/// A root file system with busybox in it, layers to run on, and an executor.
final class ContainerFixture: Sendable {
    let files = TemporaryDirectory()
    let scratch: Scratch
    let executor: OCIRuntimeExecutor

    init(runtime: String? = nil) throws {
        for applet in [
            "cat", "dd", "echo", "env", "grep", "id", "ls", "mkdir", "mknod", "mount", "ps", "rm", "sh", "sleep",
            "stat", "touch", "true", "wc", "yes", "head", "hostname", "ip", "chroot", "unshare", "mkfifo", "df", "tty",
            "date",
        ] {
            files.link("root/bin/\(applet)", to: "busybox")
        }
        for directory in ["root/tmp", "root/etc", "root/dev", "root/proc", "root/sys", "upper", "work", "scratch"] {
            files.directory(directory)
        }
        let binary = readSmallFileBytes("/usr/bin/busybox")
        try Scratch.write(binary, to: files.path + "/root/bin/busybox", mode: 0o755)
        scratch = try Scratch(over: files.path + "/scratch")
        executor = try OCIRuntimeExecutor(scratch: scratch, runtime: runtime)
    }

    deinit { scratch.unmount() }

    var upper: String { files.path + "/upper" }
    var root: String { files.path + "/root" }

    func spec(_ arguments: String...) -> SandboxSpec {
        var spec = SandboxSpec(
            arguments: arguments,
            root: .overlay(lowers: [root], upper: upper, work: files.path + "/work"))
        spec.environment = ["PATH=/bin"]
        return spec
    }

    func shell(_ script: String) -> SandboxSpec { spec("/bin/sh", "-c", script) }

    /// Runs and collects both output streams.
    func run(_ spec: SandboxSpec, control: SandboxControl? = nil) async throws -> (
        status: Sandbox.ExitStatus, output: String, error: String
    ) {
        let collected = Collected()
        let status = try await executor.run(
            spec, streams: StandardStreams(output: .deliver { collected.append($1, $0) }), control: control)
        return (status, collected.text(.output), collected.text(.error))
    }

    /// The paths in the upper directory.
    var changes: [String] {
        func walk(_ directory: String, _ prefix: String) -> [String] {
            directoryEntries(directory).sorted().flatMap { name -> [String] in
                var status = stat()
                lstat("\(directory)/\(name)", &status)
                let path = prefix + name
                return [path] + (status.st_mode & S_IFMT == S_IFDIR ? walk("\(directory)/\(name)", path + "/") : [])
            }
        }
        return walk(upper, "")
    }
}

func readSmallFileBytes(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    return readAll(descriptor, limit: 16 << 20) ?? []
}
