import Builder
import Glibc
import OCI
import Running
import Sandbox
import Store

/// How an image is put to the test.
public struct SmokeOptions: Sendable {
    /// A shell command on this machine, run when the container is up.
    public var command: String?
    /// A shell command that runs in the image instead of its own command.
    public var inside: String?
    /// Seconds in which the test must have passed.
    public var timeout = 60
    /// `NAME=VALUE` for the container.
    public var environment: [String] = []

    /// The image's own health check, its ports, or its output decide.
    public init() {}
}

/// How a test ended.
public struct SmokeResult: Sendable {
    /// Whether it passed.
    public var passed = false
    /// What was tested, in words.
    public var kind = ""
    /// Why it did not pass.
    public var reason: String?
    /// Milliseconds until the test had passed.
    public var passTime: Int?
    /// Milliseconds until the container was up.
    public var startTime: Int?
    /// Milliseconds until the container had stopped; nil when it ended by itself.
    public var stopTime: Int?
    /// Whether it had to be killed.
    public var wasKilled = false
    /// The exit status, for commands that end by themselves.
    public var status: Int32?
    /// The beginning of what it wrote.
    public var output: [UInt8] = []
    /// What was seen.
    public var observation = Observation()
}

/// Runs an image under its test.
struct SmokeTest: Sendable {
    /// What the image's own test is called.
    static let healthCheck = "health check"

    let options: SmokeOptions
    let locator: ImageLocator
    let store: Store
    let executor: any Executor
    let scratch: ScratchSpace

    /// - Parameters:
    ///   - image: The image.
    ///   - records: Whether openings of files are recorded.
    ///   - reference: What the original did, for images that are judged by their output.
    func run(_ image: FoundImage, records: Bool, reference: SmokeResult?) async throws -> SmokeResult {
        var run = ObservedRun(image: image)
        run.environment = options.environment
        run.recordsFiles = records
        if let inside = options.inside { run.command = ["/bin/sh", "-c", inside] }
        let config = image.image.config.config
        let container: ObservedContainer
        var result = SmokeResult()
        do {
            container = try await ObservedContainer(
                run, locator: locator, store: store, scratch: scratch, executor: executor)
        }
        if options.inside != nil {
            result.kind = "command in the image"
            await judgeByEnd(container, &result, reference: nil)
        } else if let command = options.command {
            result.kind = "smoke command"
            await judge(container, config, &result, reference) { await Self.host(command, timeout: options.timeout) }
        } else if let test = config.healthcheck?.test, test.count > 1, test[0] != "NONE" {
            result.kind = Self.healthCheck
            let executor = executor
            let root = container.root
            let arguments = test[0] == "CMD" ? Array(test.dropFirst()) : ["/bin/sh", "-c", test[1]]
            await judge(container, config, &result, reference) {
                var spec = SandboxSpec(arguments: arguments, root: .mounted(root))
                spec.environment = CommandOfImage.environment(of: config, hostname: "health")
                spec.workingDirectory = config.workingDir.isEmpty ? "/" : config.workingDir
                spec.user = .named(config.user)
                let status = try? await executor.run(spec)
                return status.map { $0.isSuccess ? nil : "the health check ended with status \($0.code)" }
                    ?? "the health check could not be started"
            }
        } else {
            let ports =
                config.exposedPorts.compactMap { UInt16($0.split(separator: "/").first ?? "") }
                + (reference?.observation.ports.sorted() ?? [])
            if ports.isEmpty, reference?.status != nil || reference == nil {
                result.kind = "output and exit status"
                await judgeByEnd(container, &result, reference: reference)
                if result.status == nil, result.reason == nil { result.kind = "open port" }
            } else {
                result.kind = "open port"
                let wanted = Set(ports)
                await judge(container, config, &result, reference) {
                    container.lookAtPorts().isDisjoint(with: wanted) ? "no port of \(wanted.sorted()) is open" : nil
                }
            }
        }
        result.output = container.output
        result.observation = await container.finish()
        return result
    }

    // MARK: Servers

    /// Waits until it listens or is quiet, then asks `check` until it has no complaint or time is up.
    private func judge(
        _ container: ObservedContainer, _ config: ContainerConfig, _ result: inout SmokeResult,
        _ reference: SmokeResult?, check: () async -> String?
    ) async {
        let clock = ContinuousClock()
        let start = clock.now
        // What the original does in a second, the lean image need not be given a minute for.
        let known = reference?.passTime.map { max(15, $0 / 1000 * 5 + 10) }
        let end = start + .seconds(min(options.timeout, known ?? options.timeout))
        var isUp = false
        // A program without a port counts as up after a while.
        let patience = config.exposedPorts.isEmpty ? start + .seconds(3) : end
        while clock.now < min(patience, end) {
            do {
                if try container.ending() != nil { break }
            } catch {
                result.reason = "the container cannot be started: \(error)"
                return
            }
            if !container.lookAtPorts().isEmpty {
                isUp = true
                break
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
        func elapsed() -> Int {
            let (seconds, fraction) = (clock.now - start).components
            return Int(seconds * 1000 + fraction / 1_000_000_000_000_000)
        }
        if isUp { result.startTime = elapsed() }
        var complaint: String?
        repeat {
            complaint = await check()
            if complaint == nil { break }
            if let status = try? container.ending() {
                complaint = "the container ended with status \(status.code)"
                break
            }
            try? await Task.sleep(for: .milliseconds(300))
        } while clock.now < end
        if complaint == nil { result.passTime = elapsed() }
        _ = container.lookAtPorts()
        if let status = try? container.ending() {
            result.status = status.code
            result.passed = complaint == nil && status.isSuccess
            result.reason = result.passed ? nil : (complaint ?? "the container ended with status \(status.code)")
            return
        }
        result.passed = complaint == nil
        result.reason = complaint
        let stop = await container.stop(timeout: 5_000)
        result.stopTime = stop.milliseconds
        result.wasKilled = stop.wasKilled
    }

    // MARK: Commands that end

    private func judgeByEnd(_ container: ObservedContainer, _ result: inout SmokeResult, reference: SmokeResult?) async
    {
        let limit = reference == nil && options.inside == nil ? min(options.timeout, 20) : options.timeout
        guard await container.wait(milliseconds: limit * 1000) else {
            // It serves: what it listens on is what the lean image is asked for.
            result.passed = options.inside == nil && !container.lookAtPorts().isEmpty
            if !result.passed { result.reason = "it neither ended nor opened a port within \(limit) s" }
            let stop = await container.stop(timeout: 5_000)
            result.stopTime = stop.milliseconds
            result.wasKilled = stop.wasKilled
            return
        }
        do {
            let status = try container.ending()?.code ?? 125
            result.status = status
            if let reference {
                result.passed = status == reference.status && Self.isAlike(container.output, reference.output)
                if !result.passed {
                    result.reason =
                        status == reference.status
                        ? "its output differs from the original's"
                        : "it ended with status \(status), the original with \(reference.status ?? -1)"
                }
            } else {
                result.passed = options.inside == nil || status == 0
                if !result.passed { result.reason = "it ended with status \(status)" }
            }
        } catch {
            result.reason = "the container cannot be started: \(error)"
        }
    }

    /// Equal, but for numbers such as times and process ids.
    static func isAlike(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        func normal(_ bytes: [UInt8]) -> [UInt8] {
            var result: [UInt8] = []
            for byte in bytes {
                let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                if isDigit, result.last == UInt8(ascii: "0") { continue }
                result.append(isDigit ? UInt8(ascii: "0") : byte)
            }
            return result
        }
        return left == right || normal(left) == normal(right)
    }

    // MARK: The host's command

    /// Runs a shell command here; the complaint, or nil when it exits with 0.
    private static func host(_ command: String, timeout: Int) async -> String? {
        await withTaskExecutorPreference(BlockingPool.shared) {
            HostCommand.run(command, seconds: timeout)
        }
    }
}
