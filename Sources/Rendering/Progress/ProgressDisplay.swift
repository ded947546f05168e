import Builder
import DockerfileSyntax
import Glibc
import Synchronization

/// Shows a build on a terminal, in a log or to a program.
///
///     let display = ProgressDisplay.make(mode: .auto, noColor: false, source: dockerfile)
///     let progress = Progress { display.receive($0) }
///     … build …
///     display.finish(summary)      // or finish(nil), before the error is printed
public final class ProgressDisplay: Sendable {
    private struct State {
        var renderer: any ProgressRenderer
        var isFinished = false
    }

    private let state: Mutex<State>
    private let timer = Mutex<RefreshTimer?>(nil)
    private let stream: ProgressStream
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init(_ renderer: some ProgressRenderer, to stream: ProgressStream) {
        self.stream = stream
        start = clock.now
        state = Mutex(State(renderer: renderer))
    }

    /// A display for a mode.
    ///
    /// - Parameters:
    ///   - descriptor: what is written to; standard error.
    ///   - noColor: no colours even on a terminal; `NO_COLOR` in the environment says the same.
    ///   - source: the Dockerfile that warnings point into.
    public static func make(
        mode: ProgressMode, descriptor: Int32 = STDERR_FILENO, noColor: Bool = false, source: SourceText? = nil
    ) -> ProgressDisplay {
        let isTerminal = isatty(descriptor) == 1
        let terminalType = variable("TERM")
        let wantsColor = !noColor && variable("NO_COLOR") == nil
        let style = TextStyle(isEnabled: wantsColor && isTerminal && terminalType != "dumb")
        let diagnostics = DiagnosticText(source: source, usesColor: style.isEnabled)
        let stream = ProgressStream(descriptor: descriptor)
        switch mode.resolved(isTerminal: isTerminal, terminalType: terminalType) {
        case .quiet:
            return ProgressDisplay(QuietRenderer(), to: stream)
        case .rawjson:
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            let beginning = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
            return ProgressDisplay(RawJSONRenderer(source: source, beginning: beginning), to: stream)
        case .tty:
            let glyphs = Glyphs(locale: [variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")])
            return ProgressDisplay(
                TerminalRenderer(style: style, glyphs: glyphs, diagnostics: diagnostics) {
                    TerminalSize(of: descriptor)
                }, to: stream)
        case .plain, .auto:
            return ProgressDisplay(
                PlainRenderer(style: style, keepsOutputColor: wantsColor, diagnostics: diagnostics), to: stream)
        }
    }

    /// Shows an event. To be called from any thread.
    public func receive(_ event: BuildEvent) {
        let needsTimer = state.withLock { state -> Duration? in
            guard !state.isFinished else { return nil }
            write(state.renderer.receive(event, at: elapsed))
            return state.renderer.refreshInterval
        }
        if let needsTimer { startTimer(needsTimer) }
    }

    /// Shows the end: of a build that succeeded with its summary, of one that failed without. Nothing is shown after
    /// that; a second call does nothing.
    public func finish(_ summary: BuildSummary?) {
        // First the timer, so that no frame comes after the last.
        timer.withLock { timer in
            timer?.stop()
            timer = nil
            state.withLock { state in
                guard !state.isFinished else { return }
                state.isFinished = true
                write(state.renderer.finish(summary, at: elapsed))
            }
        }
    }

    private func startTimer(_ interval: Duration) {
        timer.withLock { timer in
            guard timer == nil, !state.withLock(\.isFinished) else { return }
            timer = RefreshTimer(every: interval) { [weak self] in self?.refresh() }
        }
    }

    private func refresh() {
        state.withLock { state in
            guard !state.isFinished else { return }
            write(state.renderer.refresh(at: elapsed))
        }
    }

    /// Called with the lock held: events come out in the order in which they came in.
    private func write(_ bytes: [UInt8]) {
        if !bytes.isEmpty { stream.write(bytes) }
    }

    private var elapsed: Duration { start.duration(to: clock.now) }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
