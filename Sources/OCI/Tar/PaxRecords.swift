/// Extended header records, `length key=value\n` (POSIX.1-2001 pax), that we read and write.
struct PaxRecords {
    var path: PathBytes?
    var linkPath: PathBytes?
    var size: Int64?
    var uid: UInt32?
    var gid: UInt32?
    var modificationTime: (seconds: Int64, nanoseconds: Int32)?
    var attributes: [TarEntry.Attribute] = []
    var sparse = PaxSparse()

    private static let attributePrefix = "SCHILY.xattr."

    /// Adds the records of one extended header; later ones win.
    mutating func parse(_ bytes: [UInt8], offset: Int64) throws(OCIError) {
        func malformed(_ reason: String) -> OCIError { .malformedTar(offset: offset, reason: reason) }
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            guard let space = rest.prefix(20).firstIndex(of: 0x20), let length = decimal(rest[..<space]),
                length <= Int64(rest.count), length > Int64(space - rest.startIndex) + 2
            else { throw malformed("an extended header record has a wrong length") }
            let record = rest[space + 1..<rest.startIndex + Int(length)]
            guard record.last == 0x0A, let equals = record.firstIndex(of: 0x3D), equals > record.startIndex else {
                throw malformed("an extended header record is not key=value")
            }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            let value = record[(equals + 1)...].dropLast()
            try set(key, value, malformed)
            rest = rest.dropFirst(Int(length))
        }
    }

    private mutating func set(
        _ key: String, _ value: ArraySlice<UInt8>, _ malformed: (String) -> OCIError
    ) throws(OCIError) {
        func checked<T>(_ parsed: T?) throws(OCIError) -> T? {
            // An empty value takes the record back.
            if value.isEmpty { return nil }
            guard let parsed else { throw malformed("the extended header's \(key) is malformed") }
            return parsed
        }
        func name() throws(OCIError) -> PathBytes? {
            guard !value.contains(0) else { throw malformed("the extended header's \(key) contains a NUL byte") }
            return value.isEmpty ? nil : Array(value)
        }
        switch key {
        case "path": path = try name()
        case "linkpath": linkPath = try name()
        case "size": size = try checked(decimal(value))
        // The kernel takes the low 32 bits of larger ones, so other tools do.
        case "uid": uid = try checked(decimal(value).map { UInt32(truncatingIfNeeded: $0) })
        case "gid": gid = try checked(decimal(value).map { UInt32(truncatingIfNeeded: $0) })
        case "mtime": modificationTime = try checked(timestamp(value))
        default:
            if key.hasPrefix(Self.attributePrefix) {
                let name = String(key.dropFirst(Self.attributePrefix.count))
                guard !name.isEmpty, !name.utf8.contains(0) else {
                    throw malformed("an extended attribute has no valid name")
                }
                attributes.removeAll { $0.name == name }
                attributes.append(TarEntry.Attribute(name: name, value: Array(value)))
            } else if key.hasPrefix("GNU.sparse.") {
                guard sparse.set(key.dropFirst("GNU.sparse.".count), value) else {
                    throw malformed("the extended header's \(key) is malformed")
                }
            }
        }
    }

    /// One record, its length counting itself.
    static func append(_ key: String, _ value: [UInt8], to header: inout [UInt8]) {
        let body = key.utf8.count + value.count + 3
        var length = body + String(body).utf8.count
        if String(length).utf8.count != String(body).utf8.count { length = body + String(length).utf8.count }
        header += Array("\(length) \(key)=".utf8)
        header += value
        header.append(0x0A)
    }

    /// A record of an extended attribute.
    static func append(attribute: TarEntry.Attribute, to header: inout [UInt8]) {
        append(attributePrefix + attribute.name, attribute.value, to: &header)
    }
}

/// A decimal number without a sign.
func decimal(_ text: some Collection<UInt8>) -> Int64? {
    guard !text.isEmpty, text.count <= 19 else { return nil }
    var value: Int64 = 0
    for byte in text {
        guard (0x30...0x39).contains(byte) else { return nil }
        let (shifted, overflow1) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflow2) = shifted.addingReportingOverflow(Int64(byte - 0x30))
        if overflow1 || overflow2 { return nil }
        value = sum
    }
    return value
}

/// `-12.345` as whole seconds, rounded down, and nanoseconds.
private func timestamp(_ text: ArraySlice<UInt8>) -> (seconds: Int64, nanoseconds: Int32)? {
    var rest = text
    let negative = rest.first == UInt8(ascii: "-")
    if negative { rest = rest.dropFirst() }
    let whole = rest.prefix { $0 != UInt8(ascii: ".") }
    guard var seconds = decimal(whole) else { return nil }
    var nanoseconds: Int32 = 0
    let fraction = rest.dropFirst(whole.count + 1)
    guard fraction.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    var scale: Int32 = 100_000_000
    for digit in fraction.prefix(9) {
        nanoseconds += Int32(digit - 0x30) * scale
        scale /= 10
    }
    if negative {
        seconds = -seconds
        if nanoseconds > 0 {
            seconds -= 1
            nanoseconds = 1_000_000_000 - nanoseconds
        }
    }
    return (seconds, nanoseconds)
}
