import ArgumentParser
import Glibc
import OCI
import Registry

/// `whittle login`.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Check credentials with a registry, and store them.",
        discussion: """
            They go to $REGISTRY_AUTH_FILE, to $DOCKER_CONFIG/config.json when that is set, else to containers/auth.json in \
            $XDG_RUNTIME_DIR or ~/.config, or to the credential helper that the file names.
            """)

    @OptionGroup var global: GlobalOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("User name.", valueName: "name"))
    var username: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Password; others can see it while the command runs.", valueName: "text"))
    var password: String?

    @Flag(name: .long, help: "Read the password from standard input.")
    var passwordStdin = false

    @ArgumentParser.Argument(help: "Registry (default: docker.io).")
    var registry: String?

    func run() async throws {
        let session = try ImageSession(global)
        try await session.run { session in
            let host = registry ?? "docker.io"
            guard let username = try username ?? Terminal.ask("Username: ", hidden: false), !username.isEmpty else {
                throw OptionError("give a user name with -u")
            }
            guard let password = try self.secret() ?? Terminal.ask("Password: ", hidden: true), !password.isEmpty else {
                throw OptionError("give the password with --password-stdin or -p")
            }
            let place = try await session.registry.client()
                .login(to: host, .basic(username: username, password: Secret(password)))
            print("Login succeeded; credentials are in \(place)")
        }
    }

    private func secret() throws -> String? {
        guard passwordStdin else { return password }
        guard password == nil else { throw OptionError("--password and --password-stdin exclude each other") }
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 1 << 16 {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            bytes.append(byte)
        }
        while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// `whittle logout`.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Remove the stored credentials of a registry.")

    @OptionGroup var global: GlobalOptions

    @ArgumentParser.Argument(help: "Registry (default: docker.io).")
    var registry: String?

    func run() async throws {
        let host = registry ?? "docker.io"
        do {
            let erased = try await CredentialStore().logout(from: host)
            for place in erased.remaining {
                StandardError.write("warning: credentials for \(host) remain in \(place)")
            }
            print(erased.removed.isEmpty ? "Not logged in to \(host)" : "Removed credentials for \(host)")
        } catch {
            throw CommandFailure(ofImage: error)
        }
    }
}

/// Questions to whoever sits at the terminal.
enum Terminal {
    /// The line that was typed; nil when standard input is no terminal.
    static func ask(_ question: String, hidden: Bool) throws -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        StandardError.writeRaw(question)
        var settings = termios()
        let canHide = hidden && tcgetattr(STDIN_FILENO, &settings) == 0
        let before = settings
        if canHide {
            settings.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        }
        defer {
            if canHide {
                var before = before
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
                StandardError.write("")
            }
        }
        return readLine(strippingNewline: true)
    }
}
