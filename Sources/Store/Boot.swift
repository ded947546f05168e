/// The running boot of the machine. What was written in an earlier one without a sync may be incomplete.
enum Boot {
    /// The kernel's random identifier of this boot; empty where it cannot be read (then every boot looks the same).
    static let current: String = {
        guard let bytes = try? contents(of: "/proc/sys/kernel/random/boot_id") else { return "" }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }()
}
