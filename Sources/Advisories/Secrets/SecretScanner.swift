/// Looks for secrets in the content of a file.
struct SecretScanner {
    /// A secret, and where it is.
    struct Hit {
        var rule: String
        var title: String
        var severity: Severity
        var offset: Int
        var excerpt: String
    }

    /// More from one file are not told apart.
    private static let limit = 20

    /// Rules by the first byte of what they look for.
    private static let rulesByFirst: [[SecretRule]] = {
        var table = Array(repeating: [SecretRule](), count: 256)
        for rule in SecretRule.all { table[Int(rule.prefix.utf8Start.pointee)].append(rule) }
        return table
    }()
    private static let interesting: [Bool] = rulesByFirst.enumerated().map {
        !$0.element.isEmpty || $0.offset == Int(UInt8(ascii: "-"))
    }

    /// The secrets in some bytes.
    static func hits(in bytes: [UInt8]) -> [Hit] {
        var hits: [Hit] = []
        var index = 0
        bytes.withUnsafeBufferPointer { buffer in
            while index < buffer.count, hits.count < limit {
                guard interesting[Int(buffer[index])] else {
                    index += 1
                    continue
                }
                if let found = hit(in: buffer, at: index) {
                    hits.append(found.hit)
                    index = found.end
                } else {
                    index += 1
                }
            }
        }
        return hits
    }

    private static func hit(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (hit: Hit, end: Int)? {
        if bytes[index] == UInt8(ascii: "-") { return PrivateKeyBlock.hit(in: bytes, at: index) }
        // In the middle of a word nothing begins.
        if index > 0, SecretAlphabet.word.contains(bytes[index - 1]) { return nil }
        for rule in rulesByFirst[Int(bytes[index])] {
            let prefix = UnsafeBufferPointer(start: rule.prefix.utf8Start, count: rule.prefix.utf8CodeUnitCount)
            guard bytes.count - index > prefix.count,
                bytes[index..<(index + prefix.count)].elementsEqual(prefix)
            else { continue }
            let start = index + prefix.count
            var end = start
            while end < bytes.count, end - start <= rule.length.upperBound, rule.alphabet.contains(bytes[end]) {
                end += 1
            }
            let body = bytes[start..<end]
            guard rule.length.contains(body.count), Set(body).count >= rule.variety, !isExample(body),
                end == bytes.count || !SecretAlphabet.word.contains(bytes[end])
            else { continue }
            let hit = Hit(
                rule: rule.id, title: rule.title, severity: rule.severity, offset: index,
                excerpt: "\(rule.prefix)… (\(prefix.count + body.count) characters)")
            return (hit, end)
        }
        return nil
    }

    /// Documentation has keys of the right form that say that they are none.
    private static func isExample(_ body: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let text = String(decoding: body, as: UTF8.self).lowercased()
        return ["example", "xxxx", "0000", "1234567890", "abcdefgh", "placeholder", "changeme"].contains {
            text.contains($0)
        }
    }
}

/// Private keys in PEM's form.
enum PrivateKeyBlock {
    private static let kinds: [StaticString] = [
        "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----",
        "-----BEGIN DSA PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    ]

    /// What stands between the letters of a body: line ends, also written as \n in a string, and headers such as
    /// `Proc-Type: 4,ENCRYPTED` or `Comment: me@example.org (work)`.
    private static let besideBody = Set(" \t\r\n\\\"',:-().@_".utf8)

    static func hit(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (hit: SecretScanner.Hit, end: Int)? {
        for kind in kinds {
            let mark = UnsafeBufferPointer(start: kind.utf8Start, count: kind.utf8CodeUnitCount)
            guard bytes.count - index > mark.count, bytes[index..<(index + mark.count)].elementsEqual(mark) else {
                continue
            }
            let start = index + mark.count
            // The body: base64 in lines, real ones or written as \n in a string, up to the mark of its end.
            var end = start
            var letters = 0
            var seen: Set<UInt8> = []
            let limit = min(bytes.count, start + (1 << 16))
            while end < limit, !isDashes(bytes, at: end) {
                if SecretAlphabet.base64.contains(bytes[end]) {
                    letters += 1
                    seen.insert(bytes[end])
                } else if !besideBody.contains(bytes[end]) {
                    // Text about keys, such as a list of what files begin with, has the mark too.
                    return nil
                }
                end += 1
            }
            guard letters >= 100, seen.count >= 24, isDashes(bytes, at: end) else {
                return nil
            }
            let isEncrypted = kind.utf8CodeUnitCount == 37 || isMarkedEncrypted(bytes[start..<min(end, start + 200)])
            let title = String("\(kind)".dropFirst(11).dropLast(5)).lowercased()
            let hit = SecretScanner.Hit(
                rule: "private-key", title: isEncrypted ? "encrypted private key" : title,
                severity: isEncrypted ? .medium : .high, offset: index, excerpt: "\(kind)")
            return (hit, end)
        }
        return nil
    }

    /// The five that the mark of an end begins with.
    private static func isDashes(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        index + 5 <= bytes.count && bytes[index..<(index + 5)].allSatisfy { $0 == UInt8(ascii: "-") }
    }

    private static func isMarkedEncrypted(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains("Proc-Type: 4,ENCRYPTED")
    }
}
