import Analysis
import Builder
import Dispatch
import Glibc
import Rendering

/// The browser of layers and files on the terminal.
enum LayerBrowser {
    /// Shows the image until the user has seen enough. The terminal is left as it was, however this ends.
    static func run(_ inspection: Inspection, usesColor: Bool) async throws {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw OptionError("--tui: standard input and output have to be a terminal")
        }
        let ended = try await withTaskExecutorPreference(BlockingPool.shared) {
            try loop(inspection, usesColor: usesColor)
        }
        if let ended { throw CommandFailure(status: 128 + ended, "") }
    }

    /// - Returns: the signal that ended it; nil when a key did.
    private static func loop(_ inspection: Inspection, usesColor: Bool) throws -> Int32? {
        let signals = try SignalPipe([SIGTERM, SIGHUP, SIGINT, SIGWINCH])
        let screen = try RawTerminal()
        defer {
            screen.leave()
            signals.close()
        }
        var browser = Browser(inspection)
        var pending: [UInt8] = []
        draw(&browser, usesColor)
        while true {
            var descriptors = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            // What follows an escape comes at once, or it was the key of that name.
            let count = poll(&descriptors, 2, pending.isEmpty ? -1 : 50)
            if count < 0, errno != EINTR { return nil }
            for signal in descriptors[1].revents != 0 ? signals.read() : [] where signal != SIGWINCH { return signal }
            if descriptors[0].revents != 0 {
                var buffer = [UInt8](repeating: 0, count: 256)
                let count = read(STDIN_FILENO, &buffer, buffer.count)
                // The terminal is gone.
                if count == 0 || (count < 0 && errno != EINTR) { return nil }
                pending += buffer[..<max(0, count)]
            }
            for key in BrowserKey.read(&pending, isComplete: count == 0) where !browser.press(key) { return nil }
            draw(&browser, usesColor)
        }
    }

    private static func draw(_ browser: inout Browser, _ usesColor: Bool) {
        var size = winsize()
        let hasSize = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
        let lines = BrowserScreen.draw(
            &browser, columns: hasSize ? Int(size.ws_col) : 80, lines: hasSize ? Int(size.ws_row) : 24,
            usesColor: usesColor)
        RawTerminal.write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n"))
    }
}

/// A terminal that hands out keys as they are pressed, and shows another screen than the shell's.
private struct RawTerminal {
    private let former: termios

    private static let deadly = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE]

    init() throws {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else {
            throw OptionError("--tui: the terminal does not tell its settings")
        }
        former = settings
        // Even a crash leaves a terminal that can be used.
        crashSettings = settings
        for number in Self.deadly {
            signal(number) { number in
                tcsetattr(STDIN_FILENO, TCSANOW, &crashSettings)
                let text: StaticString = "\u{1B}[?25h\u{1B}[?1049l"
                _ = Glibc.write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        cfmakeraw(&settings)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        Self.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    func leave() {
        var settings = former
        Self.write("\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        for number in Self.deadly { signal(number, SIG_DFL) }
    }

    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 { if errno == EINTR { continue } else { return } }
            rest = rest.dropFirst(count)
        }
    }
}

/// What the handler of a crash puts back. It is written before the handler is installed, and then only read.
private nonisolated(unsafe) var crashSettings = termios()

/// Signals as bytes of a pipe, to wait for along with keys.
private final class SignalPipe {
    let descriptor: Int32
    private let writer: Int32
    private let sources: [any DispatchSourceSignal]
    private let numbers: [Int32]

    init(_ numbers: [Int32]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw OptionError("--tui: \(String(cString: strerror(errno)).lowercased())")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let writer = ends[1]
        descriptor = ends[0]
        self.writer = writer
        self.numbers = numbers
        sources = numbers.map { number in
            // The default action would end the process before the source hears of the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(writer, &byte, 1)
            }
            source.activate()
            return source
        }
    }

    func read() -> [Int32] {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return buffer.prefix(max(0, count)).map { Int32($0) }
    }

    func close() {
        for source in sources { source.cancel() }
        for number in numbers { signal(number, SIG_DFL) }
        Glibc.close(descriptor)
        Glibc.close(writer)
    }
}
