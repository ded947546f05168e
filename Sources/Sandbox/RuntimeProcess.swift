import CLinux
import Glibc

/// A program that runs in pid and mount namespaces of its own, with its output passed on.
///
/// The program is the first process of its pid namespace: when it goes, or the thread that started it, the kernel kills
/// everything it has started. No daemon can stay behind, even when this process is killed. swift-subprocess offers neither
/// these namespaces nor a parent-death signal that is safe with threads which come and go.
struct RuntimeProcess {
    var path: String
    var arguments: [String]
    var streams: StandardStreams
    /// Whether the program stays in the caller's session, with the caller's terminal.
    var keepsTerminal = false
    /// Nothing of the caller's environment is the program's business, but it must find its helpers.
    var environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    /// Tells a message of the runtime from output of the process it runs, which share standard error.
    var isRuntimeMessage: @Sendable ([UInt8]) -> Bool = { _ in false }

    /// How the program ended.
    struct Ending {
        /// The exit status, or 128 plus the signal's number.
        var code: Int32
        /// All that came on standard error, when that looked like a message of the runtime; it has not been passed on.
        var withheld: [UInt8] = []
    }

    /// Starts the program, passes its output on and waits for its end. Blocks.
    func run(control: SandboxControl) throws(SandboxError) -> Ending {
        var pipes = Pipes()
        defer { pipes.closeAll() }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw .system(call: "open", path: "/dev/null", code: errno) }
        defer { close(null) }

        let input: Int32 =
            switch streams.input {
            case .null: null
            case .inherit: STDIN_FILENO
            case .descriptor(let descriptor): descriptor
            }
        var delivery: (@Sendable (StandardStreams.Channel, [UInt8]) -> Void)?
        var outputs: (Int32, Int32)
        switch streams.output {
        case .discard: outputs = (null, null)
        case .inherit: outputs = (STDOUT_FILENO, STDERR_FILENO)
        case .descriptors(let output, let error): outputs = (output, error)
        case .deliver(let function):
            delivery = function
            outputs = (try pipes.open(), try pipes.open())
        }

        let (pid, pidfd) = try start(input: input, output: outputs.0, error: outputs.1)
        defer { close(pidfd) }
        pipes.closeWriteEnds()
        control.attach(pidfd: pidfd)
        defer { control.detach() }
        let withheld = delivery.map { pump(pipes.readEnds, until: pidfd, $0) }
        return Ending(code: Self.reap(pid), withheld: withheld ?? [])
    }

    private func start(input: Int32, output: Int32, error: Int32) throws(SandboxError) -> (pid_t, Int32) {
        let argumentVector = CStringVector(arguments)
        let environment = CStringVector(self.environment)
        defer {
            argumentVector.free()
            environment.free()
        }
        var pidfd: Int32 = -1
        var failedCall: String?
        let pid = path.withCString { path in
            var request = sandbox_spawn_request(
                path: path, arguments: argumentVector.pointers, environment: environment.pointers,
                standard_input: input, standard_output: output, standard_error: error, own_namespaces: 1,
                new_session: keepsTerminal ? 0 : 1, failed_call: nil)
            let pid = sandbox_spawn(&request, &pidfd)
            failedCall = request.failed_call.map { String(cString: $0) }
            return pid
        }
        guard pid > 0 else { throw .runtimeNotStarted(runtime: path, call: failedCall ?? "clone", code: -pid) }
        return (pid, pidfd)
    }

    /// Passes on what arrives until both pipes have ended. The pidfd only guards against a writer that outlives the program.
    /// Returns what was withheld as a message of the runtime: the only piece of output, if any.
    private func pump(
        _ descriptors: [Int32], until pidfd: Int32, _ deliver: (StandardStreams.Channel, [UInt8]) -> Void
    ) -> [UInt8] {
        var withheld: [UInt8] = []
        var hasOutput = false
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        polled.append(pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0))
        var hasEnded = false
        while polled[0].fd >= 0 || polled[1].fd >= 0 {
            let count = poll(&polled, nfds_t(polled.count), hasEnded ? 100 : -1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return withheld }
            for index in 0..<2 where polled[index].revents != 0 && polled[index].fd >= 0 {
                let count = read(polled[index].fd, buffer.baseAddress, buffer.count)
                if count > 0 {
                    let chunk = [UInt8](buffer[..<count])
                    if index == 1, !hasOutput, isRuntimeMessage(chunk) {
                        withheld = chunk
                    } else {
                        if !withheld.isEmpty { deliver(.error, withheld) }
                        withheld = []
                        deliver(index == 0 ? .output : .error, chunk)
                    }
                    hasOutput = true
                } else if count == 0 || errno != EINTR {
                    polled[index].fd = -1
                }
            }
            if polled[2].revents != 0 {
                hasEnded = true
                polled[2].fd = -1
                polled[2].revents = 0
            }
        }
        return withheld
    }

    private static func reap(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        // WIFEXITED and WEXITSTATUS, else WTERMSIG.
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

/// Pipes that the caller reads.
private struct Pipes {
    private(set) var readEnds: [Int32] = []
    private var writeEnds: [Int32] = []

    /// Makes a pipe and returns its write end.
    mutating func open() throws(SandboxError) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw .system(call: "pipe", path: "", code: errno) }
        readEnds.append(ends[0])
        writeEnds.append(ends[1])
        return ends[1]
    }

    mutating func closeWriteEnds() {
        for end in writeEnds { close(end) }
        writeEnds = []
    }

    mutating func closeAll() {
        closeWriteEnds()
        for end in readEnds { close(end) }
        readEnds = []
    }
}

/// Strings as C wants them: an array of pointers with a null at the end.
private struct CStringVector {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    func free() {
        for index in 0..<count { Glibc.free(pointers[index]) }
        pointers.deallocate()
    }
}
