/// What somebody has published about a vulnerability, whatever form it came in.
public struct Advisory: Hashable, Sendable {
    /// What tells it from all others in the database; its ``id`` unless one id has several records.
    public var key: String
    /// Its identifier: `CVE-…`, `GHSA-…`, `PYSEC-…`.
    public var id: String
    /// Other identifiers of the same thing.
    public var aliases: [String] = []
    /// What it is about, where it is an erratum of a distribution: usually CVEs, possibly several.
    public var upstream: [String] = []
    /// One line.
    public var summary: String?
    /// A paragraph, shortened.
    public var details: String?
    /// When it was last changed, as RFC 3339.
    public var modified: String?
    /// Whether it was taken back.
    public var isWithdrawn = false
    /// Whether it only informs: no maintainer any more, unsound.
    public var isInformational = false
    /// How bad it is, in the words of whoever published it.
    public var label: SeverityLabel?
    /// CVSS vectors.
    public var vectors: [String] = []
    /// A CVSS score that came without its vector.
    public var score: Double?
    /// A page about it.
    public var url: String?
    /// The licence that the record itself states.
    public var licence: String?
    /// What is vulnerable.
    public var affected: [AffectedPackage] = []

    /// A record without content.
    public init(key: String? = nil, id: String) {
        self.key = key ?? id
        self.id = id
    }

    /// A severity in words, and whose words they are.
    public struct SeverityLabel: Hashable, Sendable {
        /// The level.
        public var severity: Severity
        /// Who says so.
        public var source: String

        /// A label.
        public init(_ severity: Severity, source: String) {
            self.severity = severity
            self.source = source
        }
    }
}

/// Which versions of a package an advisory is about.
public struct AffectedPackage: Hashable, Sendable {
    /// The ecosystem, with its release where it has one: `PyPI`, `Debian:12`.
    public var ecosystem: String
    /// The package's name, in the spelling of ``Ecosystem/normalizedName(_:in:)``.
    public var name: String
    /// Ranges of versions.
    public var ranges: [VersionRange] = []
    /// Single versions.
    public var versions: [String] = []
    /// Vulnerable versions, where they were published as conditions.
    public var vulnerable: [VersionInterval] = []
    /// Versions that are not vulnerable. With ``vulnerable`` empty, all others are.
    public var patched: [VersionInterval] = []
    /// What is known about a fix that is not there.
    public var status: FixStatus?
    /// How bad it is for this package, in the words of its distribution.
    public var label: Advisory.SeverityLabel?
    /// CVSS vectors that are about this package only.
    public var vectors: [String] = []
    /// rpm's module stream, `nodejs:18`, that the statement is about.
    public var module: String?
    /// The record names functions: whether the program calls them is another question.
    public var namesFunctions = false
    /// It is published as "everything but what is patched".
    public var isUnlessPatched = false

    /// No versions of a package.
    public init(ecosystem: String, name: String) {
        self.ecosystem = ecosystem
        self.name = name
    }
}

/// A range of versions as OSV has it: events that switch it on and off.
public struct VersionRange: Hashable, Sendable {
    /// An event.
    public enum Event: Hashable, Sendable {
        /// Vulnerable from here on.
        case introduced(String)
        /// No longer from here on.
        case fixed(String)
        /// The last that is vulnerable.
        case lastAffected(String)

        /// The version it is about.
        public var version: String {
            switch self {
            case .introduced(let version), .fixed(let version), .lastAffected(let version): version
            }
        }
    }

    /// Versions are ordered as Semantic Versioning has it, whatever the ecosystem.
    public var isSemantic: Bool
    /// The events, in any order.
    public var events: [Event]

    /// A range.
    public init(isSemantic: Bool = false, events: [Event]) {
        self.isSemantic = isSemantic
        self.events = events
    }
}

/// Versions between two bounds.
public struct VersionInterval: Hashable, Sendable {
    /// A bound, and whether it belongs to the interval.
    public struct Bound: Hashable, Sendable {
        /// The version.
        public var version: String
        /// Whether it is inside.
        public var isInside: Bool

        /// A bound.
        public init(_ version: String, isInside: Bool) {
            self.version = version
            self.isInside = isInside
        }
    }

    /// The lowest; nil for no limit.
    public var lower: Bound?
    /// The highest; nil for no limit.
    public var upper: Bound?

    /// An interval.
    public init(lower: Bound?, upper: Bound?) {
        self.lower = lower
        self.upper = upper
    }
}

/// Whether there is a fix, and if not, what is to be expected.
public enum FixStatus: String, Hashable, Sendable, Codable, CaseIterable {
    /// A version without it exists.
    case fixed
    /// No version without it is known.
    case unfixed = "affected"
    /// The distribution has decided not to fix it.
    case wontFix = "will_not_fix"
    /// The distribution fixes it later, perhaps.
    case deferred = "fix_deferred"
    /// The release gets no fixes any more.
    case endOfLife = "end_of_life"
    /// A statement that the package is not vulnerable at all.
    case notAffected = "not_affected"
}
