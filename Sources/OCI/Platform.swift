/// What an image runs on, in Go's naming: `linux/amd64`, `linux/arm/v7`.
public struct Platform: Hashable, Sendable, CustomStringConvertible {
    /// The operating system.
    public var os: String
    /// The processor architecture.
    public var architecture: String
    /// The variant of the architecture, e.g. `v7`.
    public var variant: String?
    /// The version of the operating system (Windows).
    public var osVersion: String?
    /// Features the operating system must have (Windows).
    public var osFeatures: [String]?

    /// A platform as given; see ``normalized()``.
    public init(
        os: String, architecture: String, variant: String? = nil, osVersion: String? = nil, osFeatures: [String]? = nil
    ) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
        self.osVersion = osVersion
        self.osFeatures = osFeatures
    }

    /// Reads `os`, `architecture`, `os/architecture` or `os/architecture/variant`; what is left out is the host's.
    ///
    /// - Throws: ``OCIError/invalidPlatform(_:reason:)``.
    public init(parsing text: String) throws(OCIError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
        for part in parts {
            guard !part.isEmpty, part.utf8.allSatisfy(isPlatformByte) else {
                throw .invalidPlatform(text, reason: "\"\(part)\" is no part of a platform")
            }
        }
        switch parts.count {
        case 1:
            let name = Platform(os: parts[0], architecture: parts[0]).normalized()
            if knownSystems.contains(name.os) {
                self = Platform(os: name.os, architecture: Platform.host.architecture, variant: Platform.host.variant)
            } else if knownArchitectures.contains(name.architecture) {
                self = Platform(os: "linux", architecture: name.architecture, variant: name.variant)
            } else {
                throw .invalidPlatform(text, reason: "neither a known operating system nor a known architecture")
            }
        case 2: self = Platform(os: parts[0], architecture: parts[1]).normalized()
        case 3: self = Platform(os: parts[0], architecture: parts[1], variant: parts[2]).normalized()
        default: throw .invalidPlatform(text, reason: "expected os/architecture/variant")
        }
    }

    /// The platform this program runs on.
    public static let host: Platform = {
        #if arch(x86_64)
            Platform(os: "linux", architecture: "amd64")
        #elseif arch(arm64)
            Platform(os: "linux", architecture: "arm64")
        #elseif arch(arm)
            Platform(os: "linux", architecture: "arm", variant: "v7")
        #elseif arch(powerpc64le)
            Platform(os: "linux", architecture: "ppc64le")
        #elseif arch(s390x)
            Platform(os: "linux", architecture: "s390x")
        #elseif arch(riscv64)
            Platform(os: "linux", architecture: "riscv64")
        #else
            #error("name this architecture as Go does")
        #endif
    }()

    /// The same platform with one name for each thing: `x86_64` is `amd64`, `arm64/v8` is `arm64`, `arm` is `arm/v7`.
    public func normalized() -> Platform {
        var result = self
        result.os = os.lowercased() == "macos" ? "darwin" : os.lowercased()
        var variant = self.variant?.lowercased() ?? ""
        switch architecture.lowercased() {
        case "i386", "i486", "i586", "i686", "386":
            result.architecture = "386"
            variant = ""
        case "x86_64", "x86-64", "amd64":
            result.architecture = "amd64"
            if variant == "v1" { variant = "" }
        case "aarch64", "arm64":
            result.architecture = "arm64"
            if variant == "8" || variant == "v8" { variant = "" }
        case "armhf":
            result.architecture = "arm"
            variant = "v7"
        case "armel":
            result.architecture = "arm"
            variant = "v6"
        case "arm":
            result.architecture = "arm"
            switch variant {
            case "", "7": variant = "v7"
            case "5", "6", "8": variant = "v" + variant
            default: break
            }
        case let other:
            result.architecture = other
        }
        result.variant = variant.isEmpty ? nil : variant
        return result
    }

    /// Is it the same system, architecture and variant, once both are normalised?
    public func matches(_ other: Platform) -> Bool {
        let left = normalized()
        let right = other.normalized()
        return left.os == right.os && left.architecture == right.architecture && left.variant == right.variant
            && (osVersion == nil || other.osVersion == nil || osVersion == other.osVersion)
    }

    /// How well an image for `other` serves this platform: 0 is exact, larger is an older variant that still runs.
    ///
    /// - Returns: nil when it does not run here.
    public func rank(of other: Platform) -> Int? {
        if matches(other) { return 0 }
        let wanted = normalized()
        let offered = other.normalized()
        guard wanted.os == offered.os, wanted.architecture == offered.architecture else { return nil }
        guard let have = wanted.variantLevel, let need = offered.variantLevel, need < have else { return nil }
        return have - need
    }

    /// The number in the variant of an architecture whose variants contain the ones before them.
    private var variantLevel: Int? {
        switch architecture {
        case "amd64": variant.map { Int($0.dropFirst()) } ?? 1
        case "arm": variant.flatMap { Int($0.dropFirst()) }
        case "arm64": variant == nil ? 8 : nil
        default: nil
        }
    }

    /// `os/architecture/variant`.
    public var description: String {
        var text = os + "/" + architecture
        if let variant, !variant.isEmpty { text += "/" + variant }
        return text
    }
}

extension Platform: Codable {
    private enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
        case osFeatures = "os.features"
    }
}

private func isPlatformByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "-"):
        true
    default: false
    }
}

private let knownSystems: Set<String> = [
    "aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "netbsd", "openbsd", "plan9",
    "solaris", "wasip1", "windows",
]

private let knownArchitectures: Set<String> = [
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x", "wasm",
]
