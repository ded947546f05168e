import OCI

/// What was done to a Dockerfile, and what the proof says.
public struct SlimReport: Sendable, Encodable {
    /// One of the two images.
    public struct Image: Sendable, Encodable {
        /// Bytes of the layers' tars.
        public var size: Int64 = 0
        /// Bytes of the layers' blobs.
        public var compressedSize: Int64 = 0
        /// Packages that it shows, each once.
        public var packages = 0
        /// Known vulnerabilities; nil when nobody looked.
        public var findings: Int?
        /// The same by severity, from `CRITICAL` to `UNKNOWN`.
        public var findingsBySeverity: [String: Int]?
        /// Who it runs as; empty for root.
        public var user = ""
        /// `passed`, `failed` or `none`.
        public var smoke = "none"
        /// Number of layers.
        public var layers = 0
        /// Milliseconds until it was up.
        public var startMilliseconds: Int?
        /// Milliseconds until it had stopped.
        public var stopMilliseconds: Int?
        /// Whether it had to be killed.
        public var killed: Bool?
        /// Its name in the local store.
        public var ref: String?

        /// Nothing measured.
        public init() {}
    }

    /// The lean Dockerfile.
    public var dockerfile = ""
    /// The ignore file that goes with it; nil when the one that is there will do.
    public var dockerignore: String?
    /// What was changed, and why.
    public var steps: [SlimStep] = []
    /// The original.
    public var before = Image()
    /// The result.
    public var after = Image()
    /// By how much less the uncompressed size is, in percent.
    public var reductionPercent = 0.0
    /// Whether the result is proved and better.
    public var accepted = false
    /// Why it was not accepted, or why stages were left alone.
    public var reason: String?
    /// Which way was taken, e.g. `node-alpine`.
    public var variant: String?
    /// How the images were tested.
    public var proof: String?
    /// What the original was seen to do under its test.
    public struct Observed: Sendable, Encodable {
        /// Programs it started.
        public var programs: [String] = []
        /// Ports it listened on.
        public var ports: [UInt16] = []
        /// Directories it wrote to.
        public var written: [String] = []
        /// How many files and directories it opened; nil where that could not be recorded.
        public var opened: Int?

        /// Nothing seen.
        public init() {}
    }

    /// What the original was seen to do.
    public var observed: Observed?
    /// Ways that were tried before and failed.
    public var rejected: [String] = []
    /// A target that was asked for besides the image.
    public struct Target: Sendable, Encodable {
        /// Its name.
        public var name: String
        /// Whether the result has it, built and tested.
        public var accepted: Bool
        /// Why not.
        public var reason: String?
        /// Bytes of its layers' tars.
        public var size: Int64?

        /// A target.
        public init(name: String, accepted: Bool, reason: String? = nil, size: Int64? = nil) {
            self.name = name
            self.accepted = accepted
            self.reason = reason
            self.size = size
        }
    }

    /// Something about the original that only its author can change.
    public struct Note: Sendable, Encodable {
        /// The check that says so.
        public var rule: String
        /// The line of the original.
        public var line: Int
        /// One line.
        public var message: String

        /// A note.
        public init(rule: String, line: Int, message: String) {
            self.rule = rule
            self.line = line
            self.message = message
        }
    }

    /// Secrets in the original, which stay.
    public var notes: [Note] = []
    /// Targets that were asked for; nil when none was.
    public var targets: [Target]?

    /// An empty report.
    public init() {}

    /// Notes why a plan was not taken. What stops it with and without its account alike is said once.
    mutating func stepBack(_ plan: RuntimePlan, _ reason: String, byAccount: Bool = true) {
        guard rejected.last != "\(plan.name): \(reason)" else { return }
        if plan.user == nil, let index = rejected.indices.last,
            rejected[index].hasPrefix("\(plan.name) as "), rejected[index].hasSuffix(": \(reason)")
        {
            rejected[index] = "\(plan.name): \(reason)"
            return
        }
        let account = byAccount ? plan.user.map { " as " + $0.ids } : nil
        rejected.append("\(plan.name)\(account ?? ""): \(reason)")
    }
}
