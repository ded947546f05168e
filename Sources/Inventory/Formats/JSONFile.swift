import LayerFormat
import OCI

/// JSON documents of an image.
enum JSONFile {
    /// Larger documents are not read.
    static let limit = 32 << 20

    /// Reads a document.
    ///
    /// - Throws: ``InventoryError``, `OCIError.malformedJSON`.
    static func decode<T: Decodable>(_ type: T.Type, _ content: any RandomAccessBytes, what: String) throws -> T {
        guard let bytes = try content.whole(limit: limit) else {
            throw InventoryError.tooLarge(what: what, limit: Int64(limit))
        }
        return try CanonicalJSON.decode(T.self, from: withoutMark(bytes), what: what)
    }

    /// Windows' programs put a byte order mark in front.
    private static func withoutMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }
}

/// A value that should be text, and is nil when it is something else: the rest of the document still counts.
struct LenientText: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
    }
}

/// A table of which only the readable values count; none when it is no table.
struct LenientTable<Value: Decodable>: Decodable {
    let values: [String: Value]

    init(from decoder: any Decoder) throws {
        let table = try? decoder.container(keyedBy: TableKey.self)
        values = Dictionary(
            (table?.allKeys ?? []).compactMap { key in
                (try? table?.decode(Value.self, forKey: key)).map { (key.stringValue, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }
}

/// The keys of a table in order, whatever their values are; none when it is no table.
struct LenientKeys: Decodable {
    let keys: [String]

    init(from decoder: any Decoder) throws {
        let table = try? decoder.container(keyedBy: TableKey.self)
        keys = (table?.allKeys ?? []).map(\.stringValue).sorted()
    }
}

/// Any key.
private struct TableKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A list of which only the readable elements count; none when it is no list.
struct LenientList<Element: Decodable>: Decodable {
    let elements: [Element]

    init(from decoder: any Decoder) throws {
        guard var list = try? decoder.unkeyedContainer() else {
            elements = []
            return
        }
        var elements: [Element] = []
        while !list.isAtEnd {
            if let element = try? list.decode(Element.self) {
                elements.append(element)
            } else if (try? list.decode(Anything.self)) == nil {
                break
            }
        }
        self.elements = elements
    }

    /// Takes whatever is there.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }
}
