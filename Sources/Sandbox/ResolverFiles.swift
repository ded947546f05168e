import Glibc

/// Settings that replace those of the host's `/etc/resolv.conf`, each where it is not empty.
public struct ResolverOverride: Sendable, Equatable {
    /// Addresses of name servers.
    public var nameservers: [String] = []
    /// Domains that short names are completed with.
    public var searchDomains: [String] = []
    /// Options as resolv.conf(5) has them.
    public var options: [String] = []

    /// Replaces nothing.
    public init() {}
}

/// A name that `/etc/hosts` of a container gives an address.
public struct HostEntry: Sendable, Equatable {
    /// The name.
    public var name: String
    /// An IPv4 or IPv6 address.
    public var address: String

    /// An entry; neither part is checked.
    public init(name: String, address: String) {
        self.name = name
        self.address = address
    }

    /// Reads `NAME:ADDRESS` or `NAME=ADDRESS`, as `--add-host` has it. The address may be in brackets, and `host-gateway`
    /// means the machine itself.
    public init(parsing text: String) throws(SandboxError) {
        guard let separator = text.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw .invalidHostEntry(text, reason: "expected NAME:ADDRESS")
        }
        name = String(text[..<separator])
        var address = String(text[text.index(after: separator)...])
        if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
        // Containers share the network of the host, so the host is where they are.
        if address == "host-gateway" { address = "127.0.0.1" }
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
            throw .invalidHostEntry(text, reason: "expected NAME:ADDRESS")
        }
        guard NetworkAddress(address) != nil else {
            throw .invalidHostEntry(text, reason: "invalid address \"\(address)\"")
        }
        self.address = address
    }
}

/// The files through which a container resolves names. They are mounted over the image's own for the run only.
public enum ResolverFiles {
    /// `/etc/resolv.conf` of a container, from the host's.
    ///
    /// On the host's network it is the host's. Elsewhere nameservers on a loopback address go, since nothing listens there, and
    /// public ones take the place of none at all.
    public static func resolvConf(
        host: String, network: SandboxSpec.Network, override: ResolverOverride = ResolverOverride()
    ) -> String {
        var file = ResolverConfiguration(host)
        if !override.searchDomains.isEmpty { file.search = override.searchDomains.filter { $0 != "." } }
        if !override.options.isEmpty { file.options = override.options }
        if !override.nameservers.isEmpty {
            file.nameservers = override.nameservers
        } else if network != .host || file.nameservers.isEmpty {
            file.nameservers.removeAll { NetworkAddress($0)?.isLoopback ?? true }
            if file.nameservers.isEmpty {
                file.nameservers = ["8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"]
            }
        }
        return file.text
    }

    /// The text of the host's file that fits `network`: where the host asks a local systemd-resolved, that service's own file
    /// names the servers behind it.
    public static func hostResolvConf(for network: SandboxSpec.Network) -> String {
        let text = readSmallFile("/etc/resolv.conf") ?? ""
        if network != .host, ResolverConfiguration(text).nameservers == ["127.0.0.53"] {
            return readSmallFile("/run/systemd/resolve/resolv.conf") ?? ""
        }
        return text
    }

    /// `/etc/hosts` of a container.
    public static func hosts(hostname: String, entries: [HostEntry] = []) -> String {
        var text = "127.0.0.1\tlocalhost \(hostname)\n::1\tlocalhost ip6-localhost ip6-loopback\n"
        for entry in entries { text += "\(entry.address)\t\(entry.name)\n" }
        return text
    }
}

/// What a resolv.conf(5) says.
private struct ResolverConfiguration {
    var nameservers: [String] = []
    var search: [String] = []
    var options: [String] = []
    var others: [Substring] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") where line.first != "#" && line.first != ";" {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let keyword = words.first else { continue }
            let values = words.dropFirst().map(String.init)
            switch keyword {
            case "nameserver":
                if let address = values.first, NetworkAddress(address) != nil { nameservers.append(address) }
            case "search", "domain":
                if !values.isEmpty { search = values }
            case "options": options += values
            default: others.append(line)
            }
        }
    }

    var text: String {
        var lines = nameservers.map { "nameserver \($0)" }
        if !search.isEmpty { lines.append("search " + search.joined(separator: " ")) }
        if !options.isEmpty { lines.append("options " + options.joined(separator: " ")) }
        lines += others.map(String.init)
        return lines.map { $0 + "\n" }.joined()
    }
}

/// An address in numbers.
private struct NetworkAddress {
    let isLoopback: Bool

    init?(_ text: String) {
        var version4 = in_addr()
        var version6 = in6_addr()
        // Only version 6 addresses may name an interface: fe80::1%eth0.
        let bare = String(text.prefix { $0 != "%" })
        if bare.count == text.count, inet_pton(AF_INET, text, &version4) == 1 {
            isLoopback = withUnsafeBytes(of: version4) { $0[0] == 127 }
        } else if inet_pton(AF_INET6, bare, &version6) == 1 {
            isLoopback = withUnsafeBytes(of: version6) { $0[15] == 1 && $0[..<15].allSatisfy { $0 == 0 } }
        } else {
            return nil
        }
    }
}
