import NIOHTTP1
import OCI

/// An answer of a ``FakeRegistry`` before faults are applied to it.
struct FakeRegistryReply {
    var status: Int
    var headers: HTTPHeaders = [:]
    var body: [UInt8] = []

    /// The error document of the specification.
    static func error(_ status: Int, _ code: String, _ message: String = "") -> FakeRegistryReply {
        json(status, ["errors": .array([.object(["code": .string(code), "message": .string(message)])])])
    }

    static func json(_ status: Int, _ object: [String: JSONValue]) -> FakeRegistryReply {
        let bytes = (try? CanonicalJSON.encode(JSONValue.object(object))) ?? []
        return FakeRegistryReply(status: status, headers: ["Content-Type": "application/json"], body: bytes)
    }
}

/// A request in full.
struct FakeRegistryRequest {
    let method: String
    let path: String
    let query: [String: [String]]
    let headers: HTTPHeaders
    let body: [UInt8]

    init(method: String, uri: String, headers: HTTPHeaders, body: [UInt8]) {
        self.method = method
        self.headers = headers
        self.body = body
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = Self.decoded(parts[0])
        query = parts.count > 1 ? Self.form(parts[1]) : [:]
    }

    func value(_ name: String) -> String? { query[name]?.first }

    static func form(_ text: some StringProtocol) -> [String: [String]] {
        var items: [String: [String]] = [:]
        for item in text.split(separator: "&" as Character) {
            let pair = item.split(separator: "=" as Character, maxSplits: 1, omittingEmptySubsequences: false)
            items[decoded(pair[0]), default: []].append(pair.count > 1 ? decoded(pair[1]) : "")
        }
        return items
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? 32 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
