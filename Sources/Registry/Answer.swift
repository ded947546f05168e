import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// An answer whose head is read and whose body is not.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    /// Where the answer came from, for relative `Location` headers.
    let address: WebAddress
    let request: RegistryError.Request
    let body: HTTPClientResponse.Body

    /// The first header of that name.
    func header(_ name: String) -> String? { headers.first(name: name) }

    /// The announced length of the body, if any.
    var contentLength: Int64? { header("Content-Length").flatMap { Int64($0) } }

    /// The whole body, at most `limit` bytes.
    func bytes(limit: Int, what: String) async throws -> [UInt8] {
        if let announced = contentLength, announced > Int64(limit), request.method != "HEAD" {
            throw RegistryError.tooLarge(what: what, limit: limit, request)
        }
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                guard bytes.count + part.readableBytes <= limit else {
                    throw RegistryError.tooLarge(what: what, limit: limit, request)
                }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch {
            throw ConnectionFailure.translate(error, request: request, host: address.authority)
        }
        return bytes
    }

    /// Reads and forgets a short body, so that the connection can be used again. A long one is left, which closes the
    /// connection.
    func discard() async {
        var seen = 0
        // What goes wrong while discarding concerns nobody: the answer was complete without it.
        do {
            for try await part in body {
                seen += part.readableBytes
                if seen > Self.detailLimit { return }
            }
        } catch {}
    }

    /// Error documents are shown, so only their beginning is read.
    private static let detailLimit = 16 << 10

    /// The error document of the distribution specification, or the start of whatever text came instead.
    func detail() async -> RegistryError.Detail? {
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                bytes.append(contentsOf: part.readableBytesView.prefix(Self.detailLimit - bytes.count))
                if bytes.count >= Self.detailLimit { break }
            }
        } catch {}
        return Self.detail(parsing: bytes, isText: header("Content-Type")?.hasPrefix("text/plain") ?? false)
    }

    private struct ErrorDocument: Decodable {
        struct Item: Decodable {
            let code: String?
            let message: String?
        }
        let errors: [Item]?
        /// Token services answer like OAuth2 or with a bare `details`.
        let error: String?
        let errorDescription: String?
        let details: String?
        let message: String?

        enum CodingKeys: String, CodingKey {
            case errors, error, details, message
            case errorDescription = "error_description"
        }
    }

    static func detail(parsing bytes: [UInt8], isText: Bool) -> RegistryError.Detail? {
        if let document = try? JSONDecoder().decode(ErrorDocument.self, from: Data(bytes)) {
            if let first = document.errors?.first {
                return .init(code: first.code.map(printable), message: printable(first.message ?? ""))
            }
            let message = document.errorDescription ?? document.details ?? document.message ?? ""
            if document.error != nil || !message.isEmpty {
                return .init(code: document.error.map(printable), message: printable(message))
            }
        }
        guard isText, !bytes.isEmpty else { return nil }
        return .init(code: nil, message: printable(String(decoding: bytes, as: UTF8.self)))
    }

    /// One line of at most 300 characters without control characters: what a server sends must not drive a terminal.
    private static func printable(_ text: String) -> String {
        let words = text.unicodeScalars.split {
            $0.properties.generalCategory == .control || $0 == " " || $0.properties.isWhitespace
        }
        let line = words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
        return line.count > 300 ? line.prefix(300) + "…" : line
    }
}
