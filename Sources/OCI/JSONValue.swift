/// Any JSON value: what fields are kept as that we have no name for.
public enum JSONValue: Hashable, Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number without a fraction that fits.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object([String: JSONValue])
}

extension JSONValue: Codable {
    /// Reads whatever is there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([String: JSONValue].self) {
            self = .object(value)
        } else {
            self = .array(try container.decode([JSONValue].self))
        }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

/// A key given by its text, for containers whose keys are data.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where Key == AnyKey {
    /// An optional field; JSON `null` counts as absent, as Go reads it.
    func optional<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T? {
        try decodeIfPresent(T.self, forKey: AnyKey(name))
    }

    /// The fields that are not in `known`.
    func unknown(besides known: Set<String>) throws -> [String: JSONValue] {
        var rest: [String: JSONValue] = [:]
        for key in allKeys where !known.contains(key.stringValue) {
            rest[key.stringValue] = try decode(JSONValue.self, forKey: key)
        }
        return rest
    }
}

/// `{"80/tcp":{}}` as a set of names.
///
/// Docker writes sets as objects with empty values; whatever the value is, only the key counts.
struct KeySet: Codable {
    var names: Set<String>

    init(_ names: Set<String>) { self.names = names }

    init(from decoder: any Decoder) throws {
        names = Set(try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        for name in names { try container.encode([String: String](), forKey: AnyKey(name)) }
    }
}

extension KeyedEncodingContainer where Key == AnyKey {
    /// Writes a value.
    mutating func put(_ name: String, _ value: some Encodable) throws {
        try encode(value, forKey: AnyKey(name))
    }

    /// Writes a field unless it is empty, as Go's `omitempty` does.
    mutating func omittingEmpty<C: Collection & Encodable>(_ name: String, _ value: C?) throws {
        if let value, !value.isEmpty { try put(name, value) }
    }

    /// Writes a field unless it is zero, as Go's `omitempty` does.
    mutating func omittingZero<N: Numeric & Encodable>(_ name: String, _ value: N?) throws {
        if let value, value != .zero { try put(name, value) }
    }

    /// Writes a field unless it is false, as Go's `omitempty` does.
    mutating func omittingFalse(_ name: String, _ value: Bool) throws {
        if value { try put(name, value) }
    }

    /// Writes a set unless it is empty.
    mutating func omittingEmpty(_ name: String, keys: Set<String>) throws {
        if !keys.isEmpty { try put(name, KeySet(keys)) }
    }

    /// Writes back the fields that were read without being understood.
    mutating func putBack(_ unknown: [String: JSONValue]) throws {
        for (name, value) in unknown { try put(name, value) }
    }
}
