/// An image as FROM and COPY --from name it, split into its parts without judging whether it exists.
public struct ImageNameText: Hashable, Sendable {
    /// `ghcr.io`, `localhost:5000`; nil when the name has none, which means Docker Hub.
    public var registry: String?
    /// The path without registry, tag and digest: `library/python`, `python`.
    public var path: String
    /// What follows the `:`.
    public var tag: String?
    /// What follows the `@`.
    public var digest: String?

    /// Splits a name. Nil when it is empty.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        var rest = Substring(text)
        if let at = rest.utf8.firstIndex(of: UInt8(ascii: "@")) {
            digest = String(rest[rest.utf8.index(after: at)...])
            rest = rest[..<at]
        }
        if let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) {
            let first = rest[..<slash]
            let isHost = first.utf8.contains { byte in
                byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
                    || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            }
            if isHost || first == "localhost" {
                registry = String(first)
                rest = rest[rest.utf8.index(after: slash)...]
            }
        }
        if let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) {
            tag = String(rest[rest.utf8.index(after: colon)...])
            rest = rest[..<colon]
        }
        path = String(rest)
    }

    /// The last part of the path: `python` of `docker.io/library/python`.
    public var lastComponent: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// True when a registry could be asked for it: the grammar of references holds.
    public var isValid: Bool {
        if let registry, !ImageNameText.isDomain(registry) { return false }
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.allSatisfy({ ImageNameText.isPathComponent($0) }) else { return false }
        // A bare digest is an id, not a name.
        if registry == nil, tag == nil, digest == nil, path.utf8.count == 64, path.utf8.allSatisfy(ImageNameText.isHex)
        {
            return false
        }
        if let tag, !ImageNameText.isTag(tag) { return false }
        if let digest, !ImageNameText.isDigest(digest) { return false }
        return true
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private static func isDomain(_ text: String) -> Bool {
        var host = Substring(text)
        if text.hasPrefix("[") { return text.contains("]") }
        if let colon = host.lastIndex(of: ":") {
            let port = host[host.index(after: colon)...]
            guard !port.isEmpty, port.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
            host = host[..<colon]
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, let last = part.utf8.last else { return false }
            return isLetterOrDigit(first) && isLetterOrDigit(last)
                && part.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// Lower-case letters and digits, with `.`, `_`, `__` or dashes between them.
    private static func isPathComponent(_ part: Substring.UTF8View) -> Bool {
        var separators: [UInt8] = []
        var hasStarted = false
        for byte in part {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"):
                if !separators.isEmpty {
                    let isDashes = separators.allSatisfy { $0 == UInt8(ascii: "-") }
                    let isOne = separators.count == 1
                    let isDouble = separators == [UInt8(ascii: "_"), UInt8(ascii: "_")]
                    guard isDashes || isOne || isDouble else { return false }
                }
                separators = []
                hasStarted = true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                guard hasStarted else { return false }
                separators.append(byte)
            default: return false
            }
        }
        return hasStarted && separators.isEmpty
    }

    private static func isTag(_ tag: String) -> Bool {
        guard let first = tag.utf8.first, tag.utf8.count <= 128 else { return false }
        return (isLetterOrDigit(first) || first == UInt8(ascii: "_"))
            && tag.utf8.allSatisfy {
                isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
    }

    private static func isDigest(_ digest: String) -> Bool {
        let parts = digest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts[0].utf8.first, isLetterOrDigit(first) else { return false }
        let hex = parts[1].utf8
        return hex.count >= 32 && hex.allSatisfy { isHex($0 | 0x20) }
    }
}
