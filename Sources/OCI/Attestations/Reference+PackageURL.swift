extension Reference {
    /// The image as a package URL, `pkg:docker/app@1?platform=linux%2Famd64` (package-url/purl-spec, docker).
    public func packageURL(platform: Platform?) -> String {
        let familiar = repository.familiar
        var text =
            "pkg:docker/" + familiar.split(separator: "/").map { Self.encode($0, keeping: ":") }.joined(separator: "/")
        if let tag = withDefaultTag.tag { text += "@" + Self.encode(tag[...], keeping: ":") }
        var qualifiers: [String] = []
        if let digest { qualifiers.append("digest=" + Self.encode(digest.description[...], keeping: ":")) }
        if let platform { qualifiers.append("platform=" + Self.encode(platform.description[...], keeping: "")) }
        return qualifiers.isEmpty ? text : text + "?" + qualifiers.joined(separator: "&")
    }

    private static func encode(_ text: Substring, keeping kept: String) -> String {
        let plain = Set(Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~\(kept)".utf8))
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if plain.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
