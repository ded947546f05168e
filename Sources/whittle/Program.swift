import ArgumentParser
import Glibc
import Rendering
import Sandbox

/// Reads the arguments, runs the command, and turns its end into an exit status.
enum Program {
    /// Parses the arguments; a command that mounts gets its namespace. To be called before any other thread exists.
    static func prepare(_ arguments: [String]) -> any ParsableCommand {
        do {
            let command = try Whittle.parseAsRoot(
                CheckedPaths.joined(
                    BuildOutputOptions.withLoneAttestations(GlobalOptions.movedBehindCommand(arguments))))
            if let command = command as? any NeedsMountNamespace, command.mounts { try MountNamespace.enterPrivate() }
            return command
        } catch {
            finish(error)
        }
    }

    /// Runs the command, and exits.
    static func run(_ command: any ParsableCommand) async -> Never {
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                var command = command
                try command.run()
            }
            exit(ExitStatusCode.done)
        } catch {
            finish(error)
        }
    }

    private static func finish(_ error: any Error) -> Never {
        if let failure = error as? CommandFailure {
            failure.print()
            exit(failure.status)
        }
        if let code = error as? ExitCode { exit(code.rawValue) }
        let status = Whittle.exitCode(for: error)
        if status == .success {
            print(Whittle.fullMessage(for: error))
            exit(ExitStatusCode.done)
        }
        let isUsage = Whittle.exitCode(for: error) == .validationFailure
        if isUsage {
            let text = Whittle.fullMessage(for: error)
            StandardError.write(text.hasPrefix("Error: ") ? "error: " + text.dropFirst("Error: ".count) : text)
            exit(ExitStatusCode.usage)
        }
        CommandFailure(error).print()
        exit(CommandFailure(error).status)
    }
}

/// Commands that mount file systems. They get a mount namespace of their own before they run.
protocol NeedsMountNamespace {
    /// False when this call of the command does not mount after all.
    var mounts: Bool { get }
}

extension NeedsMountNamespace {
    var mounts: Bool { true }
}

/// The exit statuses of the command line, as documented.
enum ExitStatusCode {
    /// Done.
    static let done: Int32 = 0
    /// The command ran and the answer is no.
    static let negative: Int32 = 1
    /// Wrong usage or unreadable input.
    static let usage: Int32 = 2
    /// Whittle itself failed.
    static let failure: Int32 = 125
}

/// Text for people on standard error.
enum StandardError {
    /// Writes a line.
    static func write(_ text: String) { writeRaw(text.hasSuffix("\n") ? text : text + "\n") }

    /// Writes text as it is.
    static func writeRaw(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 { if errno == EINTR { continue } else { return } }
            rest = rest.dropFirst(count)
        }
    }
}
