import Inventory

extension Ecosystem {
    /// Whose advisories are about the packages of a distribution's release; nil when nobody's are.
    static func distribution(_ distribution: Distribution) -> Ecosystem? {
        let version = distribution.versionID
        let major = version.map { String($0.prefix { $0 != "." }) }
        switch distribution.id {
        case "debian":
            // Without a number it is testing or unstable, whose packages are fixed where unstable's are.
            return Ecosystem(name: "Debian", release: major ?? "sid")
        case "ubuntu": return version.map { Ecosystem(name: "Ubuntu", release: $0) }
        case "alpine": return Ecosystem(name: "Alpine", release: alpineRelease(version))
        case "wolfi": return Ecosystem(name: "Wolfi", release: nil)
        case "chainguard": return Ecosystem(name: "Chainguard", release: nil)
        case "minimos": return Ecosystem(name: "MinimOS", release: nil)
        case "echo": return Ecosystem(name: "Echo", release: nil)
        case "rhel": return major.map { Ecosystem(name: "Red Hat", release: $0) }
        case "almalinux": return major.map { Ecosystem(name: "AlmaLinux", release: $0) }
        case "rocky": return major.map { Ecosystem(name: "Rocky Linux", release: $0) }
        case "amzn": return version.map { Ecosystem(name: "Amazon Linux", release: $0) }
        case "ol": return major.map { Ecosystem(name: "Oracle Linux", release: $0) }
        case "azurelinux", "mariner": return major.map { Ecosystem(name: "Azure Linux", release: $0) }
        case "photon": return version.map { Ecosystem(name: "Photon OS", release: $0) }
        case "mageia": return major.map { Ecosystem(name: "Mageia", release: $0) }
        case "openeuler": return version.map { Ecosystem(name: "openEuler", release: openEulerRelease($0)) }
        case "opensuse-leap": return version.map { Ecosystem(name: "openSUSE", release: "Leap " + $0) }
        case "opensuse-tumbleweed": return Ecosystem(name: "openSUSE", release: "Tumbleweed")
        case "sles": return version.map { Ecosystem(name: "SUSE", release: suseRelease($0)) }
        default: return nil
        }
    }

    /// `3.19.1` is `v3.19`; a date or an alpha is the rolling branch.
    private static func alpineRelease(_ version: String?) -> String {
        guard let version, !version.contains("_") else { return "edge" }
        let parts = version.split(separator: ".")
        guard parts.count >= 2, parts[0].allSatisfy(\.isNumber) else { return "edge" }
        return "v" + parts[0] + "." + parts[1]
    }

    /// `15.4` is `Linux Enterprise Server 15 SP4`.
    private static func suseRelease(_ version: String) -> String {
        let parts = version.split(separator: ".")
        return "Linux Enterprise Server \(parts.first ?? "")" + (parts.count > 1 ? " SP\(parts[1])" : "")
    }

    private static func openEulerRelease(_ version: String) -> String {
        version.contains("LTS") ? version : version + "-LTS"
    }
}
