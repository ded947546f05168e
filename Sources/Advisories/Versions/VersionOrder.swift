/// How the versions of an ecosystem are ordered: every scheme that is known, each in a file of its own.
///
/// All are total orders of any text, so that what a stranger calls a version can neither fail nor crash; Composer's alone has
/// patterns (`1.#`) in it that are equal to several versions. Text that the scheme does not allow is placed as the
/// scheme's own tools place it, where they do so without contradicting themselves.
public enum VersionOrder: String, Hashable, Sendable, CaseIterable {
    /// dpkg's: Debian, Ubuntu.
    case deb
    /// rpm's: Red Hat, Alma, Rocky, SUSE, Amazon.
    case rpm
    /// apk-tools': Alpine, Wolfi, Chainguard.
    case apk
    /// PEP 440.
    case pypi
    /// Semantic Versioning 2: npm, crates.io, Hex, Pub, Swift.
    case semver
    /// Go modules and the Go toolchain.
    case golang
    /// Maven's ComparableVersion.
    case maven
    /// RubyGems.
    case gem
    /// Composer's, which is PHP's `version_compare`.
    case composer
    /// NuGet: four numbers, and labels without regard to case.
    case nuget

    /// Which version is the older: negative when `left` is, positive when `right` is, 0 when they are the same version.
    public func compare(_ left: String, _ right: String) -> Int {
        let left = versionBytes(left)
        let right = versionBytes(right)
        switch self {
        case .deb: return DebianVersion.compare(left, right)
        case .rpm: return RPMVersion.compare(left, right)
        case .apk: return AlpineVersion.compare(left, right)
        case .pypi: return PythonVersion.compare(left, right)
        case .semver: return SemanticVersion.compare(left, right)
        case .golang: return GoVersion.compare(left, right)
        case .maven: return MavenVersion.compare(left, right)
        case .gem: return GemVersion.compare(left, right)
        case .composer: return ComposerVersion.compare(left, right)
        case .nuget: return NuGetVersion.compare(left, right)
        }
    }
}
