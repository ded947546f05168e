/// Something that goes wrong in a ``FakeRegistry``: with which requests, how often, and how.
public struct Fault: Sendable {
    /// What goes wrong.
    public enum Behaviour: Sendable {
        /// This status and these headers instead of an answer, with an error document.
        case status(Int, headers: [String: String] = [:], code: String = "UNKNOWN", message: String = "injected")
        /// Any body and content type, with the right status for it.
        case body([UInt8], type: String)
        /// The connection closes when the request is complete.
        case closeBeforeAnswer
        /// The connection closes after so many bytes of the answer's body.
        case dropAnswer(after: Int)
        /// The connection closes after so many bytes of the request's body; what came counts as uploaded.
        case dropRequest(after: Int)
        /// This status after so many bytes of the request's body, without reading the rest, and the connection closes.
        case refuseEarly(Int, after: Int)
        /// Nothing more comes after so many bytes of the answer's body, and the connection stays.
        case stall(after: Int)
        /// The body comes in pieces of so many bytes with a pause between them.
        case slow(piece: Int, milliseconds: Int)
        /// One byte in the middle of the body is another.
        case corrupt
        /// The last so many bytes are missing, and the length says so too.
        case truncate(Int)
        /// So many bytes too many, and the length says so too.
        case extend(Int)
        /// So many bytes too many, with chunked transfer encoding, so that no length says it.
        case extendChunked(Int)
        /// `307` to this address, followed by the request's path if it ends with a slash.
        case redirect(String)
        /// The whole body instead of the range.
        case ignoreRange
        /// Another range than asked for.
        case wrongRange
        /// This header with this value; nil removes it.
        case header(String, String?)
        /// Bytes that are not HTTP.
        case garbage
        /// The upload is forgotten.
        case forgetUpload
        /// The request is carried out, and then the connection closes without an answer.
        case closeAfterEffect
    }

    let method: String?
    let text: String
    let behaviour: Behaviour
    let every: Int
    var remaining: Int
    private var seen = 0

    /// A fault.
    ///
    /// - Parameters:
    ///   - method: only requests with this method.
    ///   - path: only requests whose path and query contain this.
    ///   - every: each so manieth of them.
    ///   - times: at most so often.
    public init(_ behaviour: Behaviour, method: String? = nil, path: String = "", every: Int = 1, times: Int = .max) {
        self.behaviour = behaviour
        self.method = method
        text = path
        self.every = every
        remaining = times
    }

    /// The behaviour, if the fault strikes this request; counts it.
    mutating func strike(_ method: String, _ uri: String) -> Behaviour? {
        guard remaining > 0, self.method.map({ $0 == method }) ?? true, text.isEmpty || uri.contains(text) else {
            return nil
        }
        seen += 1
        guard seen % every == 0 else { return nil }
        remaining -= 1
        return behaviour
    }
}
