import Inventory
import OCI

/// A vulnerability of a package of an image.
public struct Finding: Hashable, Sendable {
    /// Its identifier: the CVE if there is one, else GitHub's, else whatever there is.
    public var id: String
    /// All other identifiers, sorted.
    public var aliases: [String]
    /// The package.
    public var package: Package
    /// The version that does not have it any more; nil when none is known.
    public var fixedVersion: String?
    /// Whether there is a fix, and what to expect if not.
    public var status: FixStatus
    /// How bad it is.
    public var severity: Severity
    /// Who says so: a distribution, an advisory's source, or CVSS.
    public var severitySource: String?
    /// The CVSS vector, with its score computed.
    public var cvss: CVSS?
    /// A score that came without a vector.
    public var score: Double?
    /// One line about it.
    public var title: String?
    /// A paragraph about it.
    public var details: String?
    /// A page about it.
    public var url: String?
    /// Who publishes the advisories that say so.
    public var sources: [String]
    /// It is about functions, which the program may or may not call.
    public var isReachabilityUnknown = false
    /// That it is known to be exploited.
    public var exploited: KnownExploited?
    /// How likely it is to be exploited.
    public var probability: ExploitProbability?
    /// Why it is not counted; nil when it is.
    public var suppression: Suppression?
    /// What made the layer that brought the package.
    public var attribution: LayerAttribution?
    /// How the package's record came into that layer: through `COPY --from` to what made it.
    public var trail: [TrailStep] = []

    /// A finding of which no more is known than this.
    public init(
        id: String, aliases: [String], package: Package, fixedVersion: String?, status: FixStatus, severity: Severity,
        severitySource: String? = nil, cvss: CVSS? = nil, score: Double? = nil, title: String? = nil,
        details: String? = nil, url: String? = nil, sources: [String] = [], isReachabilityUnknown: Bool = false
    ) {
        self.id = id
        self.aliases = aliases
        self.package = package
        self.fixedVersion = fixedVersion
        self.status = status
        self.severity = severity
        self.severitySource = severitySource
        self.cvss = cvss
        self.score = score
        self.title = title
        self.details = details
        self.url = url
        self.sources = sources
        self.isReachabilityUnknown = isReachabilityUnknown
    }

    /// All its identifiers.
    public var identifiers: [String] { [id] + aliases }

    /// The score that it has by its vector, or else the one that was published.
    public var bestScore: Double? { cvss?.score ?? score }

    /// What tells it from all others of an image.
    public var identity: Identity { Identity(id: id, type: package.type, name: package.name, path: package.path) }

    /// What tells a finding from all others of an image, whatever the package's version.
    public struct Identity: Hashable, Sendable {
        var id: String
        var type: PackageType
        var name: String
        var path: String
    }
}

/// Why a finding is not counted.
public struct Suppression: Hashable, Sendable {
    /// What kind of statement says so.
    public enum Kind: String, Hashable, Sendable { case vex, ignoreFile = "ignore-file" }

    /// The kind.
    public var kind: Kind
    /// `not_affected`, `fixed`, `ignored`.
    public var status: String
    /// The reason that was given.
    public var reason: String?
    /// The file it stands in.
    public var file: String

    /// A suppression.
    public init(kind: Kind, status: String, reason: String?, file: String) {
        self.kind = kind
        self.status = status
        self.reason = reason
        self.file = file
    }
}

extension Finding: Comparable {
    /// The worst first, then by package and identifier.
    public static func < (lhs: Finding, rhs: Finding) -> Bool {
        if lhs.severity != rhs.severity { return lhs.severity > rhs.severity }
        let scores = (lhs.bestScore ?? -1, rhs.bestScore ?? -1)
        if scores.0 != scores.1 { return scores.0 > scores.1 }
        if lhs.package != rhs.package { return lhs.package < rhs.package }
        return lhs.id < rhs.id
    }
}
