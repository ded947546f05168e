import FoundationEssentials

/// The one way in which JSON is written that is hashed, so that equal values give equal digests:
/// keys sorted, no white space, slashes not escaped.
public struct CanonicalJSON: Sendable {
    /// Documents larger than this are refused; registries have the same limit for manifests.
    public static let documentLimit: Int64 = 32 << 20

    /// The canonical bytes of a value.
    ///
    /// - Throws: ``OCIError/malformedJSON(what:reason:)`` for what JSON cannot hold, such as an infinite number.
    public static func encode(_ value: some Encodable) throws(OCIError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .malformedJSON(what: "\(type(of: value))", reason: jsonReason(error))
        }
    }

    /// Reads a document.
    ///
    /// - Parameter what: names the document in errors, e.g. `manifest sha256:…`.
    /// - Throws: ``OCIError/malformedJSON(what:reason:)``.
    public static func decode<T: Decodable>(
        _ type: T.Type = T.self, from bytes: some Sequence<UInt8>, what: String
    ) throws(OCIError) -> T {
        do {
            return try JSONDecoder().decode(T.self, from: Data(bytes))
        } catch {
            throw .malformedJSON(what: what, reason: jsonReason(error))
        }
    }
}

/// A decoding error as one readable line: where in the document and what.
private func jsonReason(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? "." + $0.stringValue }.joined()
        return path.isEmpty ? "" : " at \(path)"
    }
    switch error {
    case let error as OCIError:
        return error.description
    case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
        return "expected \(type)\(place(context))"
    case DecodingError.keyNotFound(let key, let context):
        return "missing field \"\(key.stringValue)\"\(place(context))"
    case DecodingError.dataCorrupted(let context):
        return "not valid JSON\(place(context))"
    case EncodingError.invalidValue(let value, _):
        return "\(value) has no JSON form"
    default:
        return "\(error)"
    }
}
