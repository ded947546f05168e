import Inventory
import OCI

/// What another base image would change: both were looked at, with the same database.
public struct BaseAdvice: Hashable, Sendable {
    /// The base as it is.
    public var base: String
    /// The other.
    public var candidate: String
    /// How many findings of the base the other does not have.
    public var gone: Int
    /// How many it has as well.
    public var remaining: Int
    /// How many it has that the base has not.
    public var added: Int

    /// Compares what the base brought into an image with what another has.
    ///
    /// - Parameters:
    ///   - findings: the image's.
    ///   - other: the other base's, chosen by the same filter.
    public init(base: String, candidate: String, findings: [Finding], other: [Finding]) {
        self.base = base
        self.candidate = candidate
        let present = Set(findings.filter { $0.attribution?.isBase == true }.map(Self.key))
        let others = Set(other.map(Self.key))
        gone = present.subtracting(others).count
        remaining = present.intersection(others).count
        added = others.subtracting(present).count
    }

    /// The same thing in the same package; where the package's record lies does not matter.
    private static func key(_ finding: Finding) -> [String] {
        [finding.id, finding.package.type.rawValue, finding.package.name]
    }

    /// Is it any better?
    public var isWorthwhile: Bool { gone > added }
}
