/// The ecosystem that a package belongs to. The raw value is its type in package URLs.
public enum PackageType: String, Hashable, Sendable, Codable, CaseIterable {
    /// dpkg's, of Debian, Ubuntu and their relatives.
    case deb
    /// apk's, of Alpine, Wolfi and Chainguard.
    case apk
    /// rpm's, of Red Hat, SUSE, Amazon and others.
    case rpm
    /// Node's.
    case npm
    /// Python's.
    case pypi
    /// A Go module that is linked into a program.
    case golang
    /// Java's.
    case maven
    /// Ruby's.
    case gem
    /// A Rust crate that is linked into a program.
    case cargo
    /// PHP's.
    case composer
    /// .NET's.
    case nuget
    /// conda's.
    case conda

    /// Do the packages come from the distribution's package manager, so that the distribution's advisories are about them?
    public var isOfDistribution: Bool { self == .deb || self == .apk || self == .rpm }
}
