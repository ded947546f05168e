/// A boolean as flags and mounts spell it; nil when it is none.
func parseBoolean(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
}

/// A size in bytes with an optional binary unit, `64m`, `1.5GiB`, `100 kb`; nil when it is none or negative.
func parseMemorySize(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    let isNumeric = { (byte: UInt8) in
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: ".") || byte == 0x20
    }
    guard let last = bytes.lastIndex(where: isNumeric) else { return nil }
    let numberEnd = bytes[last] == 0x20 ? last : last + 1
    let allowed = Set("0123456789+-.eE".utf8)
    guard bytes[..<numberEnd].allSatisfy(allowed.contains),
        let number = Double(String(decoding: bytes[..<numberEnd], as: UTF8.self)), number >= 0
    else { return nil }

    var scale = 1.0
    let suffix = String(decoding: bytes[(last + 1)...], as: UTF8.self).lowercased()
    if !suffix.isEmpty, suffix != "b" {
        guard let power = "kmgtp".firstIndex(of: suffix[suffix.startIndex]),
            ["", "b", "ib"].contains(suffix.dropFirst())
        else { return nil }
        for _ in 0...("kmgtp".distance(from: "kmgtp".startIndex, to: power)) { scale *= 1024 }
    }
    let size = number * scale
    return size < 0x1p63 ? Int64(size) : nil
}
