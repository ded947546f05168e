import Glibc

/// The settings of the terminal on standard input, which a runtime makes raw and, when it is killed, leaves so.
struct TerminalState {
    private var settings = termios()

    /// Nil when standard input is no terminal.
    init?() {
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
    }

    func restore() {
        var settings = settings
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }

    /// Its size in characters, or nil when it has none.
    static var windowSize: (rows: Int64, columns: Int64)? {
        var size = winsize()
        guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return nil }
        return (Int64(size.ws_row), Int64(size.ws_col))
    }
}
