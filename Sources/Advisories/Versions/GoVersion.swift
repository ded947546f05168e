/// Go modules (`v1.2.3`, `+incompatible`, pseudo-versions) and toolchains (`go1.21rc2`).
enum GoVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        SemanticVersion.compare(semantic(left), semantic(right))
    }

    /// The semantic version that it amounts to: `1.21rc2` is `1.21.0-rc2`.
    private static func semantic(_ bytes: VersionBytes) -> VersionBytes {
        var bytes = bytes
        if !bytes.drop(prefix: "go") { _ = bytes.drop(prefix: "v") }
        let numbers = bytes.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        let rest = bytes[numbers.endIndex...]
        guard let first = rest.first, first.isLetter else { return bytes }
        return numbers + [UInt8(ascii: "-")] + rest
    }
}
