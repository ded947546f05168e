/// NuGet: Semantic Versioning with a fourth number, and labels without regard to case.
enum NuGetVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        SemanticVersion.compare(left.lowercase, right.lowercase)
    }
}
