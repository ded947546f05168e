import Glibc
import Subprocess
import TestSupport
import Testing

/// What a program said and how it ended.
struct Ended {
    var status: Int32
    var output: String
    var error: String
}

/// The whittle program, with a store, a home and a credentials file of its own.
struct Program {
    let scratch: ScratchDirectory
    /// Further variables.
    var environment: [String: String] = [:]

    /// `$WHITTLE_BIN`, or the product that was built together with the tests.
    static let path: String? = {
        if let path = getenv("WHITTLE_BIN") { return String(cString: path) }
        guard let file = fopen("/proc/self/maps", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard let start = text.firstIndex(of: "/"), text.hasSuffix(".xctest\n") else { continue }
            let directory = text[start...].split(separator: "/").dropLast().joined(separator: "/")
            let path = "/\(directory)/whittle"
            if access(path, X_OK) == 0 { return path }
        }
        return nil
    }()

    /// The store's directory.
    var store: String { scratch.path("store") }

    var variables: [Environment.Key: String?] {
        var all: [Environment.Key: String?] = [
            "WHITTLE_ROOT": store, "HOME": scratch.path, "REGISTRY_AUTH_FILE": scratch.path("auth.json"),
            "CONTAINERS_REGISTRIES_CONF": "/dev/null", "XDG_RUNTIME_DIR": nil, "DOCKER_CONFIG": nil,
            "HTTP_PROXY": nil, "HTTPS_PROXY": nil, "http_proxy": nil, "https_proxy": nil,
        ]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { all[key] = value }
        }
        return all
    }

    /// Runs it with these arguments.
    @discardableResult
    func callAsFunction(_ arguments: String..., input: String? = nil) async throws -> Ended {
        try await run(try #require(Self.path, "no whittle program: build it, or set WHITTLE_BIN"), arguments, input)
    }

    /// Runs another program in the same surroundings.
    @discardableResult
    func other(_ name: String, _ arguments: String...) async throws -> Ended { try await run(name, arguments, nil) }

    private func run(_ name: String, _ arguments: [String], _ input: String?) async throws -> Ended {
        // From a file: swift-subprocess 1.0.2 ends this process when a program leaves unread what is written to it.
        let file = "input-\(UInt64.random(in: 0...UInt64.max))"
        let source = try input.map { try scratch.write(file, $0) } ?? "/dev/null"
        let descriptor = open(source, O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        let result = try await Subprocess.run(
            name.contains("/") ? .path(.init(name)) : .name(name), arguments: Arguments(arguments),
            environment: .inherit.updating(variables),
            input: .fileDescriptor(.init(rawValue: descriptor), closeAfterSpawningProcess: true),
            output: .string(limit: 8 << 20), error: .string(limit: 1 << 20))
        let status: Int32
        switch result.terminationStatus {
        case .exited(let code): status = code
        case .signaled(let signal): status = 128 + signal
        }
        return Ended(status: status, output: result.standardOutput, error: result.standardError)
    }
}

/// Whether a program is there.
func isInstalled(_ name: String) -> Bool {
    ["/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin", "/sbin"].contains { access("\($0)/\(name)", X_OK) == 0 }
}

/// What makes images of these tests runnable.
let busybox: String? = ["/bin/busybox", "/usr/bin/busybox"].first { access($0, X_OK) == 0 }
/// Whether images can be built and run here.
let canRun = busybox != nil && geteuid() == 0 && (isInstalled("crun") || isInstalled("runc"))

extension Program {
    /// Builds an image with busybox and these further lines under a name.
    func build(_ name: String, _ lines: String = "") async throws {
        let source = try #require(busybox)
        let context = "context-\(name.filter { $0.isLetter || $0.isNumber })"
        try scratch.write("\(context)/data/file", "content\n")
        let copied = try await other("cp", source, scratch.path("\(context)/busybox"))
        try #require(copied.status == 0)
        try scratch.write(
            "\(context)/Dockerfile",
            """
            FROM scratch
            COPY busybox /bin/busybox
            COPY busybox /bin/sh
            COPY data /data
            ENV WHO=image
            \(lines)

            """)
        let built = try await self("build", "-q", "-t", name, scratch.path(context))
        try #require(built.status == 0, "\(built.error)")
    }

    /// A program, its store and its directory for one test.
    static func with(_ body: (Program) async throws -> Void) async throws {
        try await ScratchDirectory.run { scratch in
            try scratch.write("auth.json", "{}")
            try await body(Program(scratch: scratch))
        }
    }
}

/// One line that starts with `error:`, and nothing of a Swift trace.
func expectOneError(_ ended: Ended, status: Int32, _ parts: String..., at location: SourceLocation = #_sourceLocation) {
    #expect(ended.status == status, "\(ended.error)", sourceLocation: location)
    let errors = ended.error.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 1, "\(ended.error)", sourceLocation: location)
    for part in parts { #expect(ended.error.contains(part), "\(ended.error)", sourceLocation: location) }
    #expect(!ended.error.contains("Fatal error"), sourceLocation: location)
}
