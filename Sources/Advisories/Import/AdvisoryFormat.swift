/// A form in which advisories, or facts about them, are published as JSON.
protocol AdvisoryFormat {
    /// Is a document of this form, going by its outermost keys?
    static func recognizes(_ shape: DocumentShape) -> Bool
    /// Reads a document into the database.
    static func read(_ document: [UInt8], into sink: any ImportSink) throws(JSONFault)
}

/// Every form that is known. The first that recognizes a document reads it.
enum AdvisoryFormats {
    static var all: [any AdvisoryFormat.Type] {
        [
            OSVFormat.self, SecurityDatabaseFormat.self, KnownExploitedFormat.self, AdvisoryListFormat.self,
            DebianTrackerFormat.self,
        ]
    }
}

/// What tells forms apart: the outermost keys, and those of the first value.
struct DocumentShape {
    /// The outermost keys, or those of the first element where the document is a list.
    var keys: Set<String> = []
    /// The keys of the value of the first key.
    var innerKeys: [String] = []
    /// Whether it is a list.
    var isList = false

    init(_ document: [UInt8]) throws(JSONFault) {
        var cursor = JSONCursor(document)
        if cursor.peek() == UInt8(ascii: "[") {
            isList = true
            var isFirst = true
            try cursor.array { (cursor) throws(JSONFault) in
                if isFirst, cursor.peek() == UInt8(ascii: "{") {
                    try read(&cursor)
                } else {
                    try cursor.skip()
                }
                isFirst = false
            }
        } else {
            try read(&cursor)
        }
        try cursor.finish()
    }

    private mutating func read(_ cursor: inout JSONCursor) throws(JSONFault) {
        var keys: Set<String> = []
        var innerKeys: [String] = []
        var isFirst = true
        try cursor.object { (cursor, key) throws(JSONFault) in
            // A document with this many keys is told by the first of them.
            if keys.count < 64 { keys.insert(key) }
            if isFirst, cursor.peek() == UInt8(ascii: "{") {
                try cursor.object { (cursor, key) throws(JSONFault) in
                    if innerKeys.count < 64 { innerKeys.append(key) }
                    try cursor.skip()
                }
            } else {
                try cursor.skip()
            }
            isFirst = false
        }
        self.keys = keys
        self.innerKeys = innerKeys
    }
}

/// Where what is read goes.
protocol ImportSink: AnyObject {
    /// Takes an advisory.
    func add(_ advisory: Advisory)
    /// Takes the fact that a vulnerability is exploited.
    func add(_ exploited: KnownExploited)
    /// Takes the probability that a vulnerability will be exploited.
    func add(_ probability: ExploitProbability)
    /// Takes the day for which a whole document speaks, as RFC 3339, for things that are not dated themselves.
    func note(documentDate: String)
}

/// An entry of CISA's catalogue of known exploited vulnerabilities.
public struct KnownExploited: Hashable, Sendable, Codable {
    /// The CVE.
    public var cve: String
    /// The day it was added.
    public var added: String?
    /// The day by which agencies have to act.
    public var due: String?
    /// Whether ransomware is known to use it.
    public var isUsedByRansomware: Bool
}

/// An estimate of FIRST's EPSS.
public struct ExploitProbability: Hashable, Sendable, Codable {
    /// The CVE.
    public var cve: String
    /// The probability of exploitation within 30 days, 0 to 1.
    public var score: Double
    /// The part of all CVEs that are no likelier.
    public var percentile: Double
}
