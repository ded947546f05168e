import Glibc
import Sandbox

/// `-v`, `--mount` and `--tmpfs`, as Docker reads them.
enum RunMounts {
    /// `SRC:DST[:ro]`; the source is a path of this machine, which is made as a directory when it is missing.
    static func volume(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts[0].isEmpty else {
            throw OptionError("-v \(text): expected SRC:DST or SRC:DST:ro")
        }
        guard parts[0].hasPrefix("/") || parts[0].hasPrefix(".") else {
            throw OptionError("-v \(text): named volumes are not kept; give a path such as ./\(parts[0])")
        }
        var readOnly = false
        for option in parts.count == 3 ? parts[2].split(separator: ",") : [] {
            switch option {
            case "ro": readOnly = true
            // Labels and propagation have no meaning for a run of one process.
            case "rw", "z", "Z", "rprivate", "private", "rslave", "slave", "cached", "delegated", "consistent": break
            default: throw OptionError("-v \(text): \"\(option)\" is not supported")
            }
        }
        let source = try absolute(parts[0], option: "-v \(text)", makes: true)
        return SandboxMount(.bind(source), at: try target(parts[1], option: "-v \(text)"), readOnly: readOnly)
    }

    /// `type=bind|tmpfs,…`.
    static func mount(_ text: String) throws -> SandboxMount {
        let option = "--mount \(text)"
        var type = "volume"
        var source: String?
        var destination: String?
        var readOnly = false
        var size: Int64?
        var mode: UInt32?
        for field in try CommaFields(text).fields {
            switch (field.key.lowercased(), field.value) {
            case ("type", let value?): type = value
            case ("src", let value?), ("source", let value?): source = value
            case ("dst", let value?), ("destination", let value?), ("target", let value?): destination = value
            case ("readonly", let value), ("ro", let value): readOnly = value.map { $0 == "true" || $0 == "1" } ?? true
            case ("tmpfs-size", let value?): size = try BuildOptionParsing.bytes(value, option: option)
            case ("tmpfs-mode", let value?):
                guard let number = UInt32(value, radix: 8) else { throw OptionError("\(option): \(value) is no mode") }
                mode = number
            case ("bind-propagation", _), ("consistency", _): break
            default: throw OptionError("\(option): unexpected \"\(field.key)\"")
            }
        }
        guard let destination else { throw OptionError("\(option): the target is missing") }
        let place = try target(destination, option: option)
        switch type {
        case "bind":
            guard let source else { throw OptionError("\(option): the source is missing") }
            return SandboxMount(
                .bind(try absolute(source, option: option, makes: false)), at: place, readOnly: readOnly)
        case "tmpfs":
            return SandboxMount(.temporary(size: size, mode: mode), at: place, readOnly: readOnly)
        default:
            throw OptionError("\(option): type \"\(type)\" is not one of bind, tmpfs")
        }
    }

    /// `PATH[:OPTIONS]`.
    static func temporary(_ text: String) throws -> SandboxMount {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let path = parts.first else { throw OptionError("--tmpfs: the path is missing") }
        var size: Int64?
        var mode: UInt32?
        var readOnly = false
        for field in parts.count > 1 ? try CommaFields(parts[1]).fields : [] {
            switch (field.key, field.value) {
            case ("size", let value?): size = try BuildOptionParsing.bytes(value, option: "--tmpfs \(text)")
            case ("mode", let value?):
                guard let number = UInt32(value, radix: 8) else {
                    throw OptionError("--tmpfs \(text): \(value) is no mode")
                }
                mode = number
            case ("ro", nil): readOnly = true
            case ("rw", nil), ("exec", nil), ("noexec", nil), ("nosuid", nil), ("nodev", nil): break
            default: throw OptionError("--tmpfs \(text): \"\(field.key)\" is not supported")
            }
        }
        return SandboxMount(
            .temporary(size: size, mode: mode), at: try target(path, option: "--tmpfs \(text)"), readOnly: readOnly)
    }

    private static func target(_ path: String, option: String) throws -> String {
        guard path.hasPrefix("/") else { throw OptionError("\(option): the target must be an absolute path") }
        return path
    }

    private static func absolute(_ path: String, option: String, makes: Bool) throws -> String {
        if makes, access(path, F_OK) != 0 { mkdir(path, 0o755) }
        guard let resolved = realpath(path, nil) else {
            throw OptionError("\(option): \(path): \(String(cString: strerror(errno)).lowercased())")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
