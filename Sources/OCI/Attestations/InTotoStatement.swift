/// A statement about artifacts (in-toto attestation framework, statement v1): what an attestation's blob holds.
public struct InTotoStatement: Sendable {
    /// What an artifact is called and its digests, hexadecimal by algorithm.
    public struct Subject: Hashable, Sendable, Codable {
        /// Its name: a path, or a package URL; `_` when it has none.
        public var name: String
        /// `["sha256": …]`.
        public var digest: [String: String]

        /// A subject.
        public init(name: String, digest: Digest) {
            self.name = name
            self.digest = [digest.algorithm: digest.hex]
        }
    }

    /// The kinds of predicates that are known here, by their type URIs.
    public enum PredicateType {
        /// An SPDX document.
        public static let spdx = "https://spdx.dev/Document"
        /// SLSA provenance, version 1.
        public static let provenance1 = "https://slsa.dev/provenance/v1"
        /// SLSA provenance, version 0.2.
        public static let provenance02 = "https://slsa.dev/provenance/v0.2"
    }

    /// The artifacts.
    public var subjects: [Subject]
    /// The type of what is said about them, a URI.
    public var predicateType: String
    /// What is said, as JSON.
    public var predicate: [UInt8]

    /// A statement.
    ///
    /// - Parameter predicate: JSON; it is taken over as it is.
    public init(subjects: [Subject], predicateType: String, predicate: [UInt8]) {
        self.subjects = subjects
        self.predicateType = predicateType
        self.predicate = predicate
    }

    /// The statement's bytes.
    ///
    /// - Throws: ``OCIError/malformedJSON(what:reason:)``.
    public func bytes() throws(OCIError) -> [UInt8] {
        // A predicate can be long, so it is not read and written once more.
        Array(#"{"_type":"https://in-toto.io/Statement/v1","predicate":"#.utf8) + predicate
            + Array(#","predicateType":"#.utf8) + (try CanonicalJSON.encode(predicateType))
            + Array(#","subject":"#.utf8) + (try CanonicalJSON.encode(subjects)) + [UInt8(ascii: "}")]
    }
}
