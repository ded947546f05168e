/// Signals that STOPSIGNAL accepts: a number other than 0, or a Linux name with or without `SIG`.
enum StopSignals {
    private static let names: Set<String> = {
        var names: Set<String> = [
            "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
            "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
            "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
        ]
        for offset in 1...15 { names.insert("RTMIN+\(offset)") }
        for offset in 1...14 { names.insert("RTMAX-\(offset)") }
        return names
    }()

    /// Whether the text names a signal.
    static func isValid(_ text: String) -> Bool {
        if let number = Int(text) { return number != 0 }
        let upper = text.uppercased()
        return names.contains(upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper)
    }
}
