import FoundationEssentials
import Subprocess

#if canImport(Glibc)
    import Glibc
#endif

/// A `docker-credential-NAME` program: keeps credentials in a keychain (docker-credential-helpers' protocol).
struct CredentialHelper: Sendable {
    let name: String
    let environment: [String: String]

    private static let outputLimit = 256 << 10

    /// What a helper says, as an outcome rather than an error: some callers go on without.
    enum Failure: Error {
        case notInstalled
        case failed(String)
    }

    private struct Document: Codable {
        let serverURL: String?
        let username: String?
        let secret: String?

        enum CodingKeys: String, CodingKey {
            case serverURL = "ServerURL"
            case username = "Username"
            case secret = "Secret"
        }
    }

    var program: String { "docker-credential-\(name)" }

    /// The credentials for `server`; nil if the helper has none.
    func get(_ server: String) async throws -> Credentials? {
        let output: [UInt8]
        do { output = try await run("get", input: Array(server.utf8)) } catch Failure.failed(let message)
            where message.contains("credentials not found") || message.contains("no credentials")
        {
            return nil
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(output)), let secret = document.secret
        else {
            throw Failure.failed("its answer is not the JSON it should be")
        }
        if secret.isEmpty { return nil }
        let username = document.username ?? ""
        return username == "<token>" || username.isEmpty
            ? .identityToken(Secret(secret)) : .basic(username: username, password: Secret(secret))
    }

    func store(_ server: String, _ credentials: Credentials) async throws {
        let pair: (String, String) =
            switch credentials {
            case .basic(let username, let password): (username, password.reveal())
            case .identityToken(let token), .bearer(let token): ("<token>", token.reveal())
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let document = try encoder.encode(Document(serverURL: server, username: pair.0, secret: pair.1))
        _ = try await run("store", input: Array(document))
    }

    func erase(_ server: String) async throws {
        _ = try await run("erase", input: Array(server.utf8))
    }

    private func run(_ verb: String, input: [UInt8]) async throws -> [UInt8] {
        // The name comes from a file: it must not lead to another program.
        guard !name.isEmpty, name.utf8.allSatisfy({ Self.isNameByte($0) }) else {
            throw Failure.failed("not a helper's name")
        }
        let variables = Dictionary(
            uniqueKeysWithValues: environment.compactMap { key, value in
                Environment.Key(rawValue: key).map { ($0, value) }
            })
        do {
            let standardInput = try Self.pipe(holding: input)
            let result = try await Subprocess.run(
                .name(program), arguments: [verb], environment: .custom(variables),
                input: .fileDescriptor(.init(rawValue: standardInput), closeAfterSpawningProcess: true),
                output: .bytes(limit: Self.outputLimit), error: .string(limit: 16 << 10))
            guard case .exited(0) = result.terminationStatus else {
                // Helpers print their message on standard output, shells and crashes on the other.
                let output = String(decoding: result.standardOutput, as: UTF8.self)
                let text = output.isEmpty ? result.standardError : output
                let line =
                    text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "it failed without a message"
                throw Failure.failed(String(line.prefix(200)))
            }
            return result.standardOutput
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw Failure.notInstalled
        } catch let error as SubprocessError {
            throw Failure.failed("\(error)")
        }
    }

    /// The reading end of a pipe that holds `bytes` already, so that a helper may leave them unread: writing while it
    /// runs would end this program where the helper ends first (swift-subprocess 1.0.2 stops at a descriptor left open
    /// after a failed write).
    private static func pipe(holding bytes: [UInt8]) throws -> Int32 {
        guard bytes.count <= 60 << 10 else { throw Failure.failed("there is too much to hand over") }
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw Failure.failed(ConnectionFailure.text(ofErrno: errno)) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        // Less than a pipe's capacity, so that it is taken whole and at once.
        guard write(ends[1], bytes, bytes.count) == bytes.count else {
            close(ends[0])
            throw Failure.failed(ConnectionFailure.text(ofErrno: errno))
        }
        return ends[0]
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95: true
        default: false
        }
    }
}
