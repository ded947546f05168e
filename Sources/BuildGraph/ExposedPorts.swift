/// Ports of EXPOSE: `[[IP:]HOST:]PORT[-PORT][/PROTO]`, expanded to `PORT/proto` each.
enum ExposedPorts {
    /// Parses one specification; the host part is checked and dropped, as Docker does.
    static func expand(_ specification: String) throws(PortError) -> [String] {
        let parts = specification.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let container = parts[parts.count - 1]
        let host = parts.count > 1 ? parts[parts.count - 2] : ""
        let address = parts.count > 2 ? parts[..<(parts.count - 2)].joined(separator: ":") : ""

        let pieces = container.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let port = String(pieces[0])
        if port.isEmpty { throw PortError(message: "invalid port: \"\(specification)\": no port specified") }
        let proto = pieces.count > 1 && !pieces[1].isEmpty ? pieces[1].lowercased() : "tcp"
        guard ["tcp", "udp", "sctp"].contains(proto) else {
            throw PortError(message: "invalid port: \"\(specification)\": invalid protocol: \(proto)")
        }
        if !address.isEmpty, !isAddress(address) { throw PortError(message: "invalid IP address: \(address)") }
        guard let range = portRange(port) else { throw PortError(message: "invalid container port: \(port)") }
        if !host.isEmpty {
            guard let hostRange = portRange(host) else { throw PortError(message: "invalid host port: \(host)") }
            if hostRange.count != range.count, range.count != 1 {
                throw PortError(message: "invalid ranges specified for container and host ports: \(port) and \(host)")
            }
        }
        return range.map { "\($0)/\(proto)" }
    }

    private static func portRange(_ text: String) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = number(ends[0]) else { return nil }
        guard ends.count > 1 else { return first...first }
        guard let last = number(ends[1]), last >= first else { return nil }
        return first...last
    }

    private static func number(_ text: Substring) -> Int? {
        // A `+` in front is taken, as Docker does; a `-` divides a range.
        guard let value = Int(text), (0...65535).contains(value) else { return nil }
        return value
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = text
        if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
        if address.contains(":") { return isVersion6(address) }
        let octets = address.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets.allSatisfy { UInt8($0) != nil }
    }

    /// Eight groups of up to four hexadecimal digits, `::` once for those that are zero, the last two also as IPv4.
    private static func isVersion6(_ text: String) -> Bool {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false)
        var expected = 8
        if let last = groups.last, last.contains(".") {
            guard last.split(separator: ".", omittingEmptySubsequences: false).count == 4, isAddress(String(last))
            else { return false }
            groups.removeLast()
            expected = 6
        }
        // `::` leaves one empty group, at either end two.
        let isShort = text.contains("::")
        if text.hasPrefix("::") { groups.removeFirst() }
        if text.hasSuffix("::") { groups.removeLast() }
        guard groups.count(where: \.isEmpty) == (isShort ? 1 : 0) else { return false }
        guard groups.allSatisfy({ $0.count <= 4 && $0.allSatisfy { $0.isHexDigit && $0.isASCII } }) else {
            return false
        }
        return isShort ? groups.count <= expected : groups.count == expected
    }
}

/// A port specification that does not parse.
struct PortError: Error {
    let message: String
}
