/// `-p [IP:]HOST:CONTAINER[/tcp]`.
struct PublishedPort: Hashable, Sendable {
    /// The address to listen on.
    var address: String
    /// The port on this machine.
    var host: UInt16
    /// The port that the command listens on.
    var container: UInt16
    /// As it was given.
    var text: String

    /// The command is on this machine's network: a port under its own number is there already.
    var needsForwarding: Bool { host != container }

    /// Reads one option, which may be a range of ports.
    static func parse(_ text: String) throws -> [PublishedPort] {
        func refuse(_ reason: String) -> OptionError { OptionError("-p \(text): \(reason)") }
        let halves = text.split(separator: "/", maxSplits: 1).map(String.init)
        let kind = halves.count > 1 ? halves[1] : "tcp"
        guard let ports = halves.first, ["tcp", "udp"].contains(kind) else {
            throw refuse("expected HOST:CONTAINER, or HOST:CONTAINER/udp")
        }
        var parts = ports.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let inside = parts.popLast(), parts.count <= 2 || ports.hasPrefix("[") else {
            throw refuse("expected HOST:CONTAINER")
        }
        let outside = parts.popLast().flatMap { $0.isEmpty ? nil : $0 } ?? inside
        var address = parts.joined(separator: ":")
        if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
        guard let container = range(inside), let host = range(outside), container.count == host.count else {
            throw refuse("expected port numbers from 1 to 65535, or ranges of the same length")
        }
        let result = zip(host, container).map { pair in
            PublishedPort(address: address.isEmpty ? "0.0.0.0" : address, host: pair.0, container: pair.1, text: text)
        }
        if kind == "udp", result.contains(where: \.needsForwarding) {
            throw refuse("only TCP ports can be given another number; the command is on this machine's network")
        }
        return result
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", maxSplits: 1).map { UInt16($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, first > 0, first <= last else { return nil }
        return first...last
    }
}
