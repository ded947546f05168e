/// A duration that cannot be read.
public enum DurationError: Error, Hashable, Sendable, CustomStringConvertible {
    case invalid(String)
    case missingUnit(String)
    case unknownUnit(unit: String, duration: String)

    /// The message.
    public var description: String {
        switch self {
        case .invalid(let text): "time: invalid duration \(quoted(text))"
        case .missingUnit(let text): "time: missing unit in duration \(quoted(text))"
        case .unknownUnit(let unit, let text): "time: unknown unit \(quoted(unit)) in duration \(quoted(text))"
        }
    }
}

/// Reads a duration as HEALTHCHECK takes it, `1h30m`, `1.5s`, `-10ms` or `0`, in nanoseconds.
func parseDuration(_ text: String) throws(DurationError) -> Int64 {
    var rest = Array(text.utf8)[...]
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        isNegative = sign == UInt8(ascii: "-")
        rest = rest.dropFirst()
    }
    if rest.elementsEqual("0".utf8) { return 0 }
    guard !rest.isEmpty else { throw .invalid(text) }

    var total: UInt64 = 0
    while !rest.isEmpty {
        let part = try takeDurationPart(&rest, text)
        let (sum, overflow) = total.addingReportingOverflow(part)
        guard !overflow, sum <= UInt64(Int64.max) + (isNegative ? 1 : 0) else { throw .invalid(text) }
        total = sum
    }
    return isNegative ? Int64(truncatingIfNeeded: 0 &- total) : Int64(total)
}

/// Takes a number and its unit.
private func takeDurationPart(_ rest: inout ArraySlice<UInt8>, _ text: String) throws(DurationError) -> UInt64 {
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = rest.prefix(while: isDigit)
        rest = rest.dropFirst(fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { throw .invalid(text) }

    var value: UInt64 = 0
    for digit in whole {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow, product <= 1 << 63 else { throw .invalid(text) }
        value = product + UInt64(digit - UInt8(ascii: "0"))
    }

    let unitBytes = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
    rest = rest.dropFirst(unitBytes.count)
    guard !unitBytes.isEmpty else { throw .missingUnit(text) }
    let unit = String(decoding: unitBytes, as: UTF8.self)
    guard let nanoseconds = nanosecondsPerUnit[unit] else { throw .unknownUnit(unit: unit, duration: text) }
    let (product, overflow) = value.multipliedReportingOverflow(by: nanoseconds)
    guard !overflow, product <= 1 << 63 else { throw .invalid(text) }

    // 15 digits are more than a nanosecond's part of an hour, and fit a double exactly.
    var scaled = 0.0
    var scale = 1.0
    for digit in fraction.prefix(15) {
        scaled = scaled * 10 + Double(digit - UInt8(ascii: "0"))
        scale *= 10
    }
    return product + UInt64(scaled * (Double(nanoseconds) / scale))
}

/// The micro sign and the Greek letter are both in use.
private let nanosecondsPerUnit: [String: UInt64] = [
    "ns": 1, "us": 1000, "\u{B5}s": 1000, "\u{3BC}s": 1000, "ms": 1_000_000, "s": 1_000_000_000,
    "m": 60_000_000_000, "h": 3_600_000_000_000,
]
