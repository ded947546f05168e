import Inventory
import OCI

/// Packages that an instruction brings and that an edit of it keeps out of the image, together with their findings.
public struct AvoidablePackages: Hashable, Sendable {
    /// The layer that brought them, the lowest being 0.
    public var layer: Int
    /// The names of those that have findings, sorted.
    public var packages: [String]
    /// How many findings they have.
    public var gone: Int

    /// Those of the findings' packages that only building needs: in a stage of their own they stay behind. What the image's
    /// base brings is no affair of its instructions.
    public static func forBuilding(_ findings: [Finding]) -> [AvoidablePackages] {
        grouped(findings.filter { $0.attribution?.isBase == false && BuildOnlyPackage.includes($0.package) })
    }

    /// The findings' packages by layer.
    static func grouped(_ findings: [Finding]) -> [AvoidablePackages] {
        Dictionary(grouping: findings, by: \.package.layer.index).map { layer, findings in
            AvoidablePackages(
                layer: layer, packages: Set(findings.map(\.package.name)).sorted(), gone: findings.count)
        }.sorted { $0.layer < $1.layer }
    }
}

/// Which of the distributions' packages no program needs once it is built: compilers, their parts, headers.
enum BuildOnlyPackage {
    private static let names: Set<String> = [
        "gcc", "g++", "cpp", "clang", "make", "cmake", "ninja-build", "meson", "autoconf", "automake", "libtool", "m4",
        "bison", "flex", "pkg-config", "pkgconf", "build-essential", "build-base", "dpkg-dev", "patch", "gcc-c++",
        "kernel-headers", "linux-headers", "rustc", "cargo", "maven", "gradle", "golang", "go",
    ]
    private static let prefixes = ["gcc-", "g++-", "cpp-", "clang-", "binutils", "golang-", "openjdk-"]
    private static let suffixes = ["-dev", "-devel", "-headless-devel", "-jdk-headless", "-jdk"]

    static func includes(_ package: Package) -> Bool {
        guard package.type.isOfDistribution else { return false }
        let name = package.name
        if names.contains(name) || suffixes.contains(where: { name.hasSuffix($0) }) { return true }
        // `gcc-12-base` and Java's runtime are no part of a compiler: everything that was compiled needs them.
        if name.hasSuffix("-base") || name.hasSuffix("-jre") || name.hasSuffix("-jre-headless") { return false }
        return prefixes.contains { name.hasPrefix($0) }
    }
}
