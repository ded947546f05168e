import OCI

/// What a build is asked to say about its result.
public struct AttestationOptions: Sendable {
    /// `--provenance`; nil for none.
    public var provenance: ProvenanceOptions?
    /// `--sbom`; nil for none.
    public var sbom: (any SBOMMaker)?
    /// The name of the SBOM's file in outputs that are files.
    public var sbomFile = "sbom.spdx.json"

    /// Nothing.
    public init() {}

    /// Whether images get an index with attestations.
    public var isEmpty: Bool { provenance == nil && sbom == nil }
}

/// How provenance is written (SLSA).
public struct ProvenanceOptions: Sendable {
    /// How much it says.
    public enum Mode: String, Sendable, CaseIterable {
        /// What was built from what; no build arguments, labels, secrets or steps.
        case min
        /// Also build arguments, labels, the names of secrets, the Dockerfile and the build record.
        case max
    }

    /// The version of the format.
    public enum Version: String, Sendable, CaseIterable {
        case v02 = "v0.2"
        case v1
    }

    /// `mode`.
    public var mode: Mode = .max
    /// `version`.
    public var version: Version = .v1
    /// `builder-id`: who vouches for the build, a URI.
    public var builderID = ""
    /// `reproducible`: whether the user declares the build to be reproducible.
    public var isReproducible = false
    /// `inline-only`: not in outputs that are files.
    public var isInlineOnly = false
    /// `filename`: in outputs that are files.
    public var file = "provenance.json"

    /// The defaults.
    public init() {}
}

/// Makes the software bill of materials of a build's result.
public protocol SBOMMaker: Sendable {
    /// An SPDX document, as JSON.
    func document(of subject: SBOMSubject) async throws -> [UInt8]
}

/// What a bill of materials is made of.
public struct SBOMSubject: Sendable {
    /// A layer.
    public struct Layer: Sendable {
        /// Its digest, uncompressed.
        public var diffID: Digest
        /// Its blob.
        public var descriptor: Descriptor
    }

    /// What it is called; nil when the result has no name.
    public var name: Reference?
    /// The manifest; nil for an output that is files.
    public var manifest: Descriptor?
    /// The image's configuration, with the digests of its layers.
    public var config: ImageConfig
    /// What made the layers and files.
    public var attribution: ImageAttribution
    /// The layers, the lowest first. Their blobs are in the store.
    public var layers: [Layer]
    /// The time for the document, in seconds since 1970: that of the image.
    public var time: Int64
}
