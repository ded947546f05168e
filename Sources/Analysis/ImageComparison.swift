import OCI

/// What a comparison says about one image.
public struct ImageSummary: Sendable, Encodable {
    /// How it was named.
    public let ref: String
    /// The digest of its manifest; nil for a plain root file system.
    public let digest: Digest?
    /// The sizes of its layers, and theirs together.
    public let sizes: ImageSizes
    /// The packages that its package managers know of.
    public let packages: Set<InstalledPackage>

    /// A summary.
    public init(ref: String, digest: Digest?, sizes: ImageSizes, packages: Set<InstalledPackage>) {
        self.ref = ref
        self.digest = digest
        self.sizes = sizes
        self.packages = packages
    }

    private enum CodingKeys: String, CodingKey { case ref, digest, size, compressedSize, packages, layers }

    /// Writes the form that scripts read: the number of packages, and sizes in bytes.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(ref, forKey: .ref)
        try fields.encodeIfPresent(digest, forKey: .digest)
        try fields.encode(sizes.size, forKey: .size)
        try fields.encode(sizes.compressedSize, forKey: .compressedSize)
        try fields.encode(packages.count, forKey: .packages)
        try fields.encode(sizes.layers, forKey: .layers)
    }
}

/// Two images side by side.
public struct ImageComparison: Sendable, Encodable {
    /// The first image.
    public let before: ImageSummary
    /// The second image.
    public let after: ImageSummary

    /// Compares two images.
    public init(before: ImageSummary, after: ImageSummary) {
        self.before = before
        self.after = after
    }

    /// By how many percent of the uncompressed size the second image is smaller; negative when it is larger, 0 when the
    /// first is empty. To a tenth.
    public var reductionPercent: Double {
        let percent = Self.reduction(before.sizes.size, after.sizes.size) ?? 0
        return (percent * 10).rounded() / 10
    }

    /// Packages of the first image that the second does not have in that version, sorted.
    public var removedPackages: [InstalledPackage] { before.packages.subtracting(after.packages).sorted() }
    /// Packages of the second image that the first does not have in that version, sorted.
    public var addedPackages: [InstalledPackage] { after.packages.subtracting(before.packages).sorted() }

    /// By how many percent the second number is smaller; nil when the first is zero.
    public static func reduction(_ before: Int64, _ after: Int64) -> Double? {
        before > 0 ? Double(before - after) / Double(before) * 100 : nil
    }

    private enum CodingKeys: String, CodingKey {
        case before, after, reductionPercent, removedPackages, addedPackages
    }

    /// Writes the form that scripts read.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(before, forKey: .before)
        try fields.encode(after, forKey: .after)
        try fields.encode(reductionPercent, forKey: .reductionPercent)
        try fields.encode(removedPackages, forKey: .removedPackages)
        try fields.encode(addedPackages, forKey: .addedPackages)
    }
}
